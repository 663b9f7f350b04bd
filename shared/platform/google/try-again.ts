import { setTimeout } from "node:timers/promises";
import { type StatusName, toStatusName } from "./status.ts";

export type Budget = { tries: number; totalMs: number };

/** Calls again after a failure of one of these kinds (`undefined`: no answer), with full jitter from 50 ms, within the budget. */
export async function tryAgain<T>(
  call: () => Promise<T>,
  retried: readonly (StatusName | undefined)[],
  { tries, totalMs }: Budget,
): Promise<T> {
  const until = performance.now() + totalMs;
  for (let n = 1; ; n++) {
    try {
      return await call();
    } catch (error) {
      const pauseMs = Math.random() * 50 * 2 ** n;
      const isLast = n >= tries || performance.now() + pauseMs >= until;
      if (isLast || !retried.includes(toStatusName(error))) throw error;
      await setTimeout(pauseMs);
    }
  }
}
