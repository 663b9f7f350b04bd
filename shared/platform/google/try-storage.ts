import { type Clock, sleep } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import { isStorageTransient, StorageTimeout } from "./storage-failure.ts";

export type TryOptions = { clock: Clock; random: Random; timeoutMs: number };

const tries = 4;
const firstPauseMs = 200;

/**
 * Asks until there is an answer, at most four times, with full jitter between, and each time at most `timeoutMs`. For what
 * does no harm when it is done twice. `ask` is told when its time is over.
 */
export async function tryStorage<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { clock, random, timeoutMs }: TryOptions,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await withDeadline(ask, clock, timeoutMs);
    } catch (error) {
      if (failures + 1 >= tries || !isStorageTransient(error)) throw error;
      await sleep(clock, random() * firstPauseMs * 2 ** failures);
    }
  }
}

/** The client has no way to end most of its requests; one that is late goes on without anybody waiting for it. */
async function withDeadline<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  clock: Clock,
  timeoutMs: number,
): Promise<T> {
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(timeoutMs, () => {
    const error = new StorageTimeout(`no answer within ${timeoutMs} ms`);
    over.abort(error);
    late.reject(error);
  });
  try {
    return await Promise.race([ask(over.signal), late.promise]);
  } finally {
    cancel();
  }
}
