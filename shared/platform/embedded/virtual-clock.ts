import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { BTree } from "./b-tree.ts";

/** Time that passes only when told to. For tests and simulation. */
export type VirtualClock = Clock & {
  /**
   * Lets `ms` pass: runs what falls due in the order of time, each at its own time, and lets promises settle before,
   * between and after.
   */
  advance(ms: number): Promise<void>;
  /** Goes from timer to timer until none is left. Rejects after `maxTimers`, which a timer that renews itself reaches. */
  runUntilIdle(maxTimers?: number): Promise<void>;
  /** Corrects the time of day by `ms`, forward or back. Running timers keep the time they have left. */
  shift(ms: number): void;
};

type Due = [at: number, sequence: number];

export function createVirtualClock(startMs = 0): VirtualClock {
  const timers = new BTree<Due, () => void>(undefined, (a, b) => a[0] - b[0] || a[1] - b[1]);
  let elapsedMs = 0;
  let dayMs = startMs;
  let sequence = 0;

  function takeDue(untilMs: number): (() => void) | undefined {
    const due = timers.minKey();
    if (due === undefined || due[0] > untilMs) return undefined;
    const run = timers.get(due);
    timers.delete(due);
    elapsedMs = Math.max(elapsedMs, due[0]);
    return run;
  }

  return {
    now: () => dayMs + elapsedMs,
    elapsed: () => elapsedMs,
    after(delayMs, run) {
      const due: Due = [elapsedMs + Math.max(0, delayMs), sequence++];
      timers.set(due, run);
      return () => void timers.delete(due);
    },
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      await nextTurn();
      for (let run = takeDue(untilMs); run; run = takeDue(untilMs)) {
        run();
        await nextTurn();
      }
      elapsedMs = untilMs;
    },
    async runUntilIdle(maxTimers = 100_000) {
      await nextTurn();
      for (let count = 0; timers.size > 0; count++) {
        if (count >= maxTimers) throw new Error(`more than ${maxTimers} timers ran`);
        takeDue(Number.POSITIVE_INFINITY)?.();
        await nextTurn();
      }
    },
    shift(ms) {
      dayMs += ms;
    },
  };
}
