import type { Random } from "../core/random.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** What is waited before each try: ten of them within three days and four hours. */
export const deliveryDelaysMs = [
  ...[0, 5 * secondMs, 5 * minuteMs, 30 * minuteMs, 2 * hourMs],
  ...[5 * hourMs, 10 * hourMs, 14 * hourMs, 20 * hourMs, 24 * hourMs],
];
const longestDelayMs = Math.max(...deliveryDelaysMs);
const jitter = 0.2;

/**
 * How long after a failure the next try comes, where `tries` were made so far; `undefined` after the last. Up to a fifth more or
 * less, so that what failed together is not tried together. `retryAfterMs` is what the receiver asked for: no try comes sooner, within
 * the longest of the delays.
 */
export function toNextDelayMs(tries: number, random: Random, retryAfterMs = 0): number | undefined {
  const delayMs = deliveryDelaysMs[tries];
  if (delayMs === undefined) return undefined;
  const jitteredMs = Math.round(delayMs * (1 - jitter + 2 * jitter * random()));
  return Math.max(jitteredMs, Math.min(retryAfterMs, longestDelayMs));
}

/** The header in milliseconds from `now`: seconds or a date (RFC 9110, 10.2.3). 0 for anything else. */
export function parseRetryAfter(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * secondMs;
  const at = /^[A-Z][a-z]{2},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
