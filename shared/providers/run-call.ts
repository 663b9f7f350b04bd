import type { ProviderError } from "./provider-error.ts";

/**
 * Runs one call to a vendor. Rejects with the signal's reason once it has aborted (without calling at all when it
 * already has), and otherwise with nothing but what `toProviderError` makes of the failure.
 */
export async function runCall<R>(
  signal: AbortSignal,
  toProviderError: (thrown: unknown) => ProviderError,
  call: () => Promise<R>,
): Promise<R> {
  signal.throwIfAborted();
  try {
    const answer = await call();
    // An SDK may end an aborted stream as if it were complete.
    signal.throwIfAborted();
    return answer;
  } catch (thrown) {
    signal.throwIfAborted();
    throw toProviderError(thrown);
  }
}
