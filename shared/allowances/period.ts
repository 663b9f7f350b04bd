import type { Period } from "../api/allowances.ts";

const lengthMs = { min: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The period of the calendar, in UTC, that a time (epoch ms) is in. `end` is the start of the next. */
export function periodAt(period: Period, at: number): { start: number; end: number } {
  if (period === "month") return monthAt(new Date(at));
  const start = Math.floor(at / lengthMs[period]) * lengthMs[period];
  return { start, end: start + lengthMs[period] };
}

function monthAt(date: Date): { start: number; end: number } {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) };
}
