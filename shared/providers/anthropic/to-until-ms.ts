/** The longest wait taken from a vendor: above it a header is more likely a mistake than a fact. */
const longestMs = 24 * 60 * 60 * 1000;

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/**
 * How far off an RFC 3339 time is, in whole milliseconds: from 0 to a day. Measured from the answer's own `Date`, so that
 * clocks that disagree do no harm, and from `now` where it has none. Undefined when it is no such time.
 */
export function toUntilMs(time: string | null, sentAt: string | null, now: () => number): number | undefined {
  const until = time !== null && rfc3339.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(sentAt ?? "");
  const leftMs = Math.ceil(until - (Number.isNaN(sent) ? now() : sent));
  return Math.min(Math.max(leftMs, 0), longestMs);
}
