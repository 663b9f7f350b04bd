import type { BreakerConfig } from "../config/conea-config.ts";

/**
 * What a queue knows of its provider's health. `closed`: it is called. `open`: it is not, until `openUntil` (epoch ms).
 * `half_open`: a few ready tasks, the best ones, probe it; `probes` holds those under way and when each must have ended.
 */
export type BreakerState = {
  state: "closed" | "open" | "half_open";
  /** While closed: when the calls ended that failed in a row (epoch ms, by the store's clock, rising). */
  failedAt: number[];
  /** When the latest call ended that went well. A failure before it is in no row, however late it is told. */
  succeededAt: number;
  /** In a row, while half open. */
  successes: number;
  openUntil: number;
  probes: Record<string, number>;
};

export const closedBreaker: BreakerState = {
  state: "closed",
  failedAt: [],
  succeededAt: 0,
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

/** A call that has ended: its claim, and when by the store's clock. Calls are told of in any order. */
export type EndedCall = { claim: string; endedAt: number };

/** The state after a call that the provider answered, be it with a refusal of the request. */
export function afterSuccess(
  breaker: BreakerState,
  { claim, endedAt }: EndedCall,
  config: BreakerConfig,
): BreakerState {
  const succeededAt = Math.max(breaker.succeededAt, endedAt);
  if (breaker.state === "closed") {
    return { ...breaker, succeededAt, failedAt: breaker.failedAt.filter((at) => at > endedAt) };
  }
  const { [claim]: probe, ...probes } = breaker.probes;
  if (breaker.state === "open" || probe === undefined) return { ...breaker, probes };
  const successes = breaker.successes + 1;
  return successes >= config.successes
    ? { ...closedBreaker, succeededAt }
    : { ...breaker, probes, successes, succeededAt };
}

/** The state after a call that failed by the provider's fault, told at `now`. */
export function afterFailure(
  breaker: BreakerState,
  { claim, endedAt }: EndedCall,
  config: BreakerConfig,
  now: number,
): BreakerState {
  const { [claim]: probe, ...probes } = breaker.probes;
  if (breaker.state === "open") return { ...breaker, probes };
  if (breaker.state === "half_open") return probe === undefined ? breaker : toOpen(breaker, config, now);
  if (endedAt < breaker.succeededAt) return breaker;
  const failedAt = [...breaker.failedAt, endedAt].toSorted((a, b) => a - b);
  return failedAt.length >= config.failures ? toOpen(breaker, config, now) : { ...breaker, failedAt };
}

/** The state after a probe that told nothing: it was cancelled, or given back. */
export function withoutProbe(breaker: BreakerState, taskId: string): BreakerState {
  const { [taskId]: _, ...probes } = breaker.probes;
  return { ...breaker, probes };
}

function toOpen({ succeededAt }: BreakerState, { openMs }: BreakerConfig, now: number): BreakerState {
  return { ...closedBreaker, succeededAt, state: "open", openUntil: now + openMs };
}

/** The state as time has made it: an open breaker whose time has passed is half open, a probe too old is forgotten. */
export function toPresent(stored: BreakerState, now: number): BreakerState {
  // A document of an earlier version lacks what was added since.
  const breaker = { ...closedBreaker, ...stored };
  const { succeededAt } = breaker;
  if (breaker.state === "open" && breaker.openUntil <= now)
    return { ...closedBreaker, succeededAt, state: "half_open" };
  if (breaker.state !== "half_open") return breaker;
  const probes = Object.entries(breaker.probes).filter(([, until]) => until > now);
  return { ...breaker, probes: Object.fromEntries(probes) };
}
