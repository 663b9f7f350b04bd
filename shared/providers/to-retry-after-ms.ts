/** The longest wait taken from a vendor: above it a header is more likely a mistake than a wish. */
const longestMs = 24 * 60 * 60 * 1000;

type ReadableHeaders = Pick<Headers, "get">;

/**
 * How long a vendor asks to be left alone, in whole milliseconds: `retry-after-ms` where it is sent (OpenAI, Azure), or
 * `Retry-After` in seconds or as a date (RFC 9110 §10.2.3). A date is measured from the answer's own `Date`, so that
 * clocks that disagree do no harm. Undefined when the vendor does not say; at most a day.
 */
export function toRetryAfterMs(
  headers: ReadableHeaders | undefined,
  now: () => number = Date.now,
): number | undefined {
  const waitMs = headers && (toNumber(headers.get("retry-after-ms"), 1) ?? toWait(headers, now));
  return waitMs === undefined ? undefined : Math.min(Math.max(Math.ceil(waitMs), 0), longestMs);
}

function toWait(headers: ReadableHeaders, now: () => number): number | undefined {
  const text = headers.get("retry-after");
  const seconds = toNumber(text, 1000);
  if (seconds !== undefined || !text) return seconds;
  // `Date.parse` takes more than dates of HTTP: "-5" is a year to it.
  const until = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const sentAt = Date.parse(headers.get("date") ?? "");
  return until - (Number.isNaN(sentAt) ? now() : sentAt);
}

function toNumber(text: string | null, unitMs: number): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * unitMs : undefined;
}
