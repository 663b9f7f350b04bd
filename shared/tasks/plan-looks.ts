import { type Clock, sleep } from "../core/clock.ts";
import type { Wakes } from "../platform/wakes.ts";
import { claimPaceMs } from "../queue/limiter.ts";
import type { Queue } from "../queue/queue-document.ts";

/** Claims of a queue that a process may make at once before it keeps to its pace. */
const burst = 5;
/** How many slots a process waits for the next look itself instead of asking for a wake. */
const nearSlots = 10;

export type Looks = {
  /** A claim was made: the next ones may have to wait. */
  note(queue: Queue): void;
  /** Whether `at` is so near that waiting for it beats a wake, which would come up to a slot later. */
  isNear(at: number): boolean;
  /**
   * Runs `look` at `at`, or later where the queue's document has been written too often. One look serves all who ask for
   * it before it runs: for the others this resolves without one.
   */
  plan(queue: Queue, at: number, look: () => Promise<void>): Promise<void>;
};

/**
 * When one process looks at its queues again. Where waking is free nothing is planned here: a look is near never, and runs at
 * once. Where it is not, a look in time uses a short window whole, and a queue's document is written about once a second
 * (a Firestore document bears little more), however many calls end.
 */
export function createLooks({ clock, wakes }: { clock: Clock; wakes: Wakes }): Looks {
  /** By queue: when its last claim would have been its turn, by elapsed time. */
  const turns = new Map<string, number>();
  const planned = new Map<string, number>();
  const isFree = wakes.slotMs === 0;

  function turnInMs({ id, limits }: Queue): number {
    const turn = turns.get(id) ?? 0;
    return Math.max(0, turn - (burst - 1) * claimPaceMs(limits.requests ?? []) - clock.elapsed());
  }

  return {
    note({ id, limits }) {
      const paceMs = claimPaceMs(limits.requests ?? []);
      const now = clock.elapsed();
      const turn = Math.max(turns.get(id) ?? 0, now) + paceMs;
      // Claims for wakes do not wait for their turn, and must not put off the others' by more than one.
      turns.set(id, Math.min(turn, now + burst * paceMs));
    },
    isNear: (at) => !isFree && at - clock.now() <= nearSlots * wakes.slotMs,
    async plan(queue, at, look) {
      if (isFree) return look();
      const delayMs = Math.max(at - clock.now(), turnInMs(queue), 0);
      const due = clock.elapsed() + delayMs;
      const earlier = planned.get(queue.id);
      if (earlier !== undefined && earlier <= due) return;
      planned.set(queue.id, due);
      if (delayMs > 0) await sleep(clock, delayMs);
      if (planned.get(queue.id) !== due) return;
      planned.delete(queue.id);
      await look();
    },
  };
}
