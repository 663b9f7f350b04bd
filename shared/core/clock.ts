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

const minuteMs = 60_000;
const farMs = Date.UTC(9999, 0);
/** Those of now, of leases, of what expires. */
const mostMinutes = 100;
/** Minutes as they were written, up to their seconds: a date made for each time costs ten times as much. */
const minutes = new Map<number, string>();

/** RFC 3339 in UTC with milliseconds: fixed width, so text order is time order. */
export function toTime(epochMs: number): string {
  const ms = epochMs % minuteMs;
  // What has parts of a millisecond, is far from now or is no time.
  if (!Number.isInteger(ms) || ms < 0 || epochMs > farMs) return new Date(epochMs).toISOString();
  const minute = epochMs - ms;
  const seconds = Math.floor(ms / 1_000);
  return `${minutes.get(minute) ?? writeMinute(minute)}${toDigits(seconds, 2)}.${toDigits(ms - seconds * 1_000, 3)}Z`;
}

function writeMinute(minute: number): string {
  const text = new Date(minute).toISOString().slice(0, -"00.000Z".length);
  if (minutes.size >= mostMinutes) minutes.clear();
  minutes.set(minute, text);
  return text;
}

function toDigits(count: number, length: number): string {
  return String(count).padStart(length, "0");
}

export function fromTime(time: string): number {
  return Date.parse(time);
}
