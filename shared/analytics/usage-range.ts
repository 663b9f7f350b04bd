import type { Granularity } from "../api/analytics.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Period, toNext, toStart } from "./period.ts";
import type { Range } from "./read-rollups.ts";

const dayMs = 86_400_000;
const usualMs = 7 * dayMs;

/** The longest range that is answered, and in words. */
const longest: Record<Granularity, { ms: number; words: string }> = {
  minute: { ms: 2 * 3_600_000, words: "2 hours" },
  hour: { ms: 31 * dayMs, words: "31 days" },
  day: { ms: 400 * dayMs, words: "400 days" },
  month: { ms: 3_660 * dayMs, words: "10 years" },
  all: { ms: 400 * dayMs, words: "400 days" },
};

export type AskedRange = { from?: string | undefined; to?: string | undefined };

/** What rows of a granularity are made from: one that is not cut into periods, of hours where it is short. */
export function toPeriod(granularity: Granularity, { from, to }: Range): Period {
  if (granularity !== "all") return granularity;
  return fromTime(to) - fromTime(from) <= longest.hour.ms ? "hour" : "day";
}

/** The range that is answered: the last seven days where nothing is asked, rounded outwards. Throws `invalid_request`. */
export function toRange({ from, to }: AskedRange, granularity: Granularity, now: number): Range {
  // What happens right now belongs to it.
  const end = to === undefined ? now + 1 : fromTime(to);
  const { ms, words } = longest[granularity];
  const start = from === undefined ? end - Math.min(usualMs, ms) : fromTime(from);
  if (start > end) throw refuse("from", "must not be after `to`");
  if (end - start > ms) throw refuse("from", `must be at most ${words} before \`to\` for this granularity`);
  const period = toPeriod(granularity, { from: toTime(start), to: toTime(end) });
  const first = toStart(period, start);
  const last = toStart(period, end);
  return { from: first, to: last < toTime(end) || last === first ? toNext(period, last) : last };
}

function refuse(field: string, message: string): ConeaError {
  return new ConeaError("invalid_request", `The query is not valid: ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}
