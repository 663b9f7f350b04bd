import type { BreakerConfig } from "../config/conea-config.ts";

/**
 * What a queue knows of its provider's health. `closed`: it is called. `open`: it is not, until `openUntil` (epoch ms).
 * `half_open`: a few ready tasks, the best ones, probe it; `probes` holds those under way and when each must have ended.
 */
export type BreakerState = {
  state: "closed" | "open" | "half_open";
  /** In a row, while closed. */
  failures: number;
  /** In a row, while half open. */
  successes: number;
  openUntil: number;
  probes: Record<string, number>;
};

export const closedBreaker: BreakerState = {
  state: "closed",
  failures: 0,
  successes: 0,
  openUntil: 0,
  probes: {},
};

/** How many calls it lets through at `now`; where none, when that changes (unknown while only a probe's end can). */
export function callsAllowed(
  breaker: BreakerState,
  config: BreakerConfig,
  now: number,
): { count: number; nextAt?: number } {
  const { state, openUntil, probes } = toPresent(breaker, now);
  if (state === "closed") return { count: Number.POSITIVE_INFINITY };
  if (state === "open") return { count: 0, nextAt: openUntil };
  const free = config.probes - Object.keys(probes).length;
  if (free > 0) return { count: free };
  return { count: 0, nextAt: Math.min(...Object.values(probes)) };
}

/** The state once `taskIds` are let through: in half open they are probes, which must end by `until`. */
export function letThrough(
  breaker: BreakerState,
  taskIds: string[],
  until: number,
  now: number,
): BreakerState {
  const present = toPresent(breaker, now);
  if (present.state !== "half_open") return present;
  return {
    ...present,
    probes: { ...present.probes, ...Object.fromEntries(taskIds.map((id) => [id, until])) },
  };
}

/** The state after a call that the provider answered, be it with a refusal of the request. */
export function afterSuccess(breaker: BreakerState, taskId: string, config: BreakerConfig): BreakerState {
  if (breaker.state === "closed") return breaker.failures === 0 ? breaker : { ...breaker, failures: 0 };
  const { [taskId]: probe, ...probes } = breaker.probes;
  if (breaker.state === "open" || probe === undefined) return { ...breaker, probes };
  const successes = breaker.successes + 1;
  return successes >= config.successes ? closedBreaker : { ...breaker, probes, successes };
}

/** The state after a call that failed by the provider's fault. */
export function afterFailure(
  breaker: BreakerState,
  taskId: string,
  config: BreakerConfig,
  now: number,
): BreakerState {
  const { [taskId]: probe, ...probes } = breaker.probes;
  if (breaker.state === "open") return { ...breaker, probes };
  if (breaker.state === "half_open") return probe === undefined ? breaker : toOpen(config, now);
  const failures = breaker.failures + 1;
  return failures >= config.failures ? toOpen(config, now) : { ...breaker, failures };
}

/** The state after a probe that told nothing: it was cancelled, or given back. */
export function withoutProbe(breaker: BreakerState, taskId: string): BreakerState {
  const { [taskId]: _, ...probes } = breaker.probes;
  return { ...breaker, probes };
}

function toOpen({ openMs }: BreakerConfig, now: number): BreakerState {
  return { ...closedBreaker, state: "open", openUntil: now + openMs };
}

/** The state as time has made it: an open breaker whose time has passed is half open, a probe too old is forgotten. */
export function toPresent(breaker: BreakerState, now: number): BreakerState {
  if (breaker.state === "open" && breaker.openUntil <= now) return { ...closedBreaker, state: "half_open" };
  if (breaker.state !== "half_open") return breaker;
  const probes = Object.entries(breaker.probes).filter(([, until]) => until > now);
  return { ...breaker, probes: Object.fromEntries(probes) };
}
