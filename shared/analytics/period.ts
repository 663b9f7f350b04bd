import { toTime } from "../core/clock.ts";

/** What figures are kept by: minutes for five weeks, hours for 400 days, days and months for good. In UTC. */
export type Period = "minute" | "hour" | "day" | "month";

const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The start of the period that a moment is in. */
export function toStart(period: Period, at: number): string {
  if (period !== "month") return toTime(at - (at % lengths[period]));
  const date = new Date(at);
  return toTime(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
}

/** The start of the period after the one that begins at `start`. */
export function toNext(period: Period, start: string): string {
  const date = new Date(start);
  if (period !== "month") return toTime(date.getTime() + lengths[period]);
  return toTime(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
}

/** The starts of the periods that begin from `from` on, before `to`. */
export function listStarts(period: Period, from: string, to: string): string[] {
  const starts: string[] = [];
  for (let start = from; start < to; start = toNext(period, start)) starts.push(start);
  return starts;
}
