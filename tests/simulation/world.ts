import { createEventHeap, type Happening } from "./event-heap.ts";

/** Global time of a simulation, in whole milliseconds since its start, and everything that is going to happen in it. */
export type World = {
  now(): number;
  /** Calls `run` in `delayMs`. The returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /** Lets time pass until `untilMs`: what happens meanwhile happens in order, each with all the promises it settles. */
  run(untilMs: number): Promise<void>;
  /** How many things have happened. */
  steps(): number;
};

/** Immediates planned at once: between two of them Node empties its queue of promises, and a loop turn costs 64 times less. */
const batch = 64;

export function createWorld(): World {
  const heap = createEventHeap();
  let now = 0;
  let order = 0;
  let steps = 0;

  function takeNext(untilMs: number): Happening | undefined {
    for (let next = heap.pop(); next; next = heap.pop()) {
      if (next.cancelled) continue;
      if (next.at <= untilMs) return next;
      heap.push(next);
      return undefined;
    }
    return undefined;
  }

  function step(untilMs: number): boolean {
    const next = takeNext(untilMs);
    if (!next) return false;
    now = next.at;
    steps += 1;
    next.run();
    return true;
  }

  return {
    now: () => now,
    steps: () => steps,
    after(delayMs, run) {
      const happening = { at: now + Math.max(0, Math.ceil(delayMs)), order: order++, run, cancelled: false };
      heap.push(happening);
      return () => {
        happening.cancelled = true;
      };
    },
    async run(untilMs) {
      await drive(() => step(untilMs));
      now = Math.max(now, untilMs);
    },
  };
}

/** Calls `step` once per immediate until it answers `false`. Rejects with what it throws. */
function drive(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let planned = 0;
    let finished = false;
    const once = () => {
      planned -= 1;
      if (finished) return;
      try {
        finished = !step();
        if (finished) resolve();
        else if (planned === 0) plan();
      } catch (error) {
        finished = true;
        reject(error);
      }
    };
    const plan = () => {
      for (; planned < batch; planned++) setImmediate(once);
    };
    plan();
  });
}
