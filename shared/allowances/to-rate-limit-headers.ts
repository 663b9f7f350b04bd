import type { AllowanceState, Measure, Period } from "../api/allowances.ts";
import { fromTime } from "../core/clock.ts";

/** The largest number that a structured field holds (RFC 9651). */
const largest = 999_999_999_999_999;
const windowSeconds: Record<Exclude<Period, "month">, number> = { min: 60, hour: 3_600, day: 86_400 };
/** Requests are what is counted where nothing else is said. */
const units: Record<Measure, string> = {
  requests: "",
  micros: ';qu="micro-dollars"',
  tokens: ';qu="tokens"',
  activeTasks: ';qu="concurrent-requests"',
};

/**
 * The `RateLimit-Policy` and `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers-10) of allowances; none where there are
 * none. A month has no fixed length, so its policy names no window.
 */
export function toRateLimitHeaders(states: readonly AllowanceState[], now: number): Record<string, string> {
  if (states.length === 0) return {};
  return {
    "RateLimit-Policy": states.map(toPolicy).join(", "),
    RateLimit: states.map((state) => toLimit(state, now)).join(", "),
  };
}

function toPolicy(state: AllowanceState): string {
  const { measure, period, limit } = state;
  const window = period && period !== "month" ? `;w=${windowSeconds[period]}` : "";
  return `${toName(state)};q=${toNumber(limit)}${units[measure]}${window}`;
}

function toLimit(state: AllowanceState, now: number): string {
  const { left, renewsAt } = state;
  const seconds = renewsAt && Math.max(0, Math.ceil((fromTime(renewsAt) - now) / 1_000));
  return `${toName(state)};r=${toNumber(left)}${seconds === undefined ? "" : `;t=${seconds}`}`;
}

function toName({ scope, measure, period }: AllowanceState): string {
  return `"${[scope, measure, period].filter(Boolean).join("-")}"`;
}

function toNumber(count: number): number {
  return Math.min(largest, Math.max(0, Math.floor(count)));
}
