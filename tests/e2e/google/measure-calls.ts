import type { Call } from "./start-vendor.ts";

/** The most calls that began within one window of `periodMs`, by the vendor's clock. */
export function mostStarts(calls: Call[], periodMs: number): number {
  const starts = calls.map(({ beganAt }) => beganAt).sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < starts.length; last++) {
    while ((starts[last] ?? 0) - (starts[first] ?? 0) >= periodMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The most calls that were under way at once. One whose caller is gone counts until its connection was closed. */
export function mostInFlight(calls: Call[]): number {
  const steps = calls.flatMap(({ beganAt, endedAt = Number.POSITIVE_INFINITY }) => [
    { at: beganAt, by: 1 },
    { at: endedAt, by: -1 },
  ]);
  let inFlight = 0;
  let most = 0;
  // Of one moment, ends come first: a place is free once it is left.
  for (const { by } of steps.sort((a, b) => a.at - b.at || a.by - b.by)) {
    inFlight += by;
    most = Math.max(most, inFlight);
  }
  return most;
}
