/** Time as the product sees it: real, or virtual in tests and simulation. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May step back when the machine's clock is corrected. */
  now(): number;
  /** Milliseconds since some fixed moment, whatever is done to the time of day meanwhile: for measuring how long. */
  elapsed(): number;
  /** Calls `run` once after `delayMs`. The returned function cancels it and may be called at any time. */
  after(delayMs: number, run: () => void): () => void;
}

/** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}

/** The last time that was written: a busy process writes each millisecond many times. */
let last = { epochMs: 0, text: new Date(0).toISOString() };

/** RFC 3339 in UTC with milliseconds: fixed width, so text order is time order. */
export function toTime(epochMs: number): string {
  if (last.epochMs !== epochMs) last = { epochMs, text: new Date(epochMs).toISOString() };
  return last.text;
}

export function fromTime(time: string): number {
  return Date.parse(time);
}
