import { z } from "zod";

/** At most `count` call starts in any window of `periodMs` milliseconds. */
export type Rate = { count: number; periodMs: number };

const unitMs = { ms: 1, s: 1_000, min: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const pattern = /^(\d{1,9})\/(\d{0,9})(ms|s|min|hour|day)$/;

/** Reads `10/s`, `60/min`, `50/hour`, `1000/day`, `10/2s`. `undefined` when it is none of these. */
export function toRate(text: string): Rate | undefined {
  const [, count, times, unit] = pattern.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const rate = { count: Number(count), periodMs: Number(times || "1") * unitMs[unit as keyof typeof unitMs] };
  return rate.count > 0 && rate.periodMs > 0 ? rate : undefined;
}

/** Rates are few and are written with every claim. */
const written = new WeakMap<Rate, string>();

/** The inverse of `toRate`, in the largest unit that divides the period. */
export function fromRate(rate: Rate): string {
  const text = written.get(rate) ?? toText(rate);
  written.set(rate, text);
  return text;
}

function toText({ count, periodMs }: Rate): string {
  const [unit, ms] = Object.entries(unitMs).findLast(([, size]) => periodMs % size === 0) ?? ["ms", 1];
  const times = periodMs / ms;
  return `${count}/${times === 1 ? "" : times}${unit}`;
}

export const RateText = z.string().transform((text, context) => {
  const rate = toRate(text);
  if (rate) return rate;
  context.addIssue("must be a rate, count/period, such as 10/s, 60/min, 50/hour, 1000/day or 10/2s");
  return z.NEVER;
});
