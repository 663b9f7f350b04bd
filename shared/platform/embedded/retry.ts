import { type Clock, sleep } from "../../core/clock.ts";

/** How long to wait before each further try. */
const delaysMs = [100, 400, 1_600];

/** Runs `step` until it succeeds, at most four times; once `signal` aborts, not again. Rejects with the last error. */
export async function retry(clock: Clock, step: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await step();
  } catch (error) {
    await retryAfter(error, { clock, step, signal });
  }
}

type Retry = { clock: Clock; step: () => Promise<void>; signal: AbortSignal };

/** The same for a step that failed once already. */
export async function retryAfter(failure: unknown, { clock, step, signal }: Retry): Promise<void> {
  let last = failure;
  for (const delayMs of delaysMs) {
    await sleep(clock, delayMs, signal);
    if (signal.aborted) break;
    try {
      return await step();
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
