import { type Clock, sleep } from "../../core/clock.ts";

/** How long to wait before each further try. */
const delaysMs = [100, 400, 1_600];

/** Runs `step` until it succeeds, at most four times; once `signal` aborts, not again. Rejects with the last error. */
export async function retry(clock: Clock, step: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let failures = 0; ; failures++) {
    try {
      return await step();
    } catch (error) {
      const delayMs = delaysMs[failures];
      if (delayMs !== undefined) await sleep(clock, delayMs, signal);
      if (delayMs === undefined || signal.aborted) throw error;
    }
  }
}
