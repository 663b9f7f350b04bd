import type { Rate } from "../config/rate.ts";
import { toPresent } from "./breaker.ts";
import { longestLifeMs, longestLog, permitLifeMs, permitsAt } from "./limiter.ts";
import type { Queue, QueueDocument } from "./queue-document.ts";
import { tokensFree } from "./token-window.ts";

export type Place = {
  /** How many start before. */
  ahead: number;
  /** What each of them, and the task itself, is taken to be charged. */
  tokensEach: number;
};

/**
 * When the task at a place of the line may start (epoch ms), if every start before it takes place as soon as the limits
 * allow and calls take as long as they did. `undefined` while the queue is paused. A guess at best: better tasks may come, and
 * calls may fail.
 */
export function estimateStart(
  state: QueueDocument,
  queue: Queue,
  { ahead, tokensEach }: Place,
  now: number,
): number | undefined {
  if (state.paused) return undefined;
  const breaker = toPresent(state.breaker, now);
  const from = Math.max(now, state.retryAfterUntil, breaker.state === "open" ? breaker.openUntil : now);
  const { requests = [], tokens } = queue.limits;
  const byRate = requests.map((rate) => startByRate(state, rate, requests, ahead, from));
  const byTokens = tokens ? [startByTokens(state, tokens, (ahead + 1) * tokensEach, from)] : [];
  return Math.max(from, ...byRate, ...byTokens, startByPlaces(state, queue, ahead, from));
}

/** With so many places, one becomes free each time a call ends: on average as often as calls take, divided among them. */
function startByPlaces(
  { inFlight, callMs = 0 }: QueueDocument,
  { limits: { concurrency } }: Queue,
  ahead: number,
  from: number,
): number {
  if (concurrency === undefined) return from;
  const missing = ahead + 1 + inFlight.claims.length - concurrency;
  return from + (Math.max(0, missing) * callMs) / concurrency;
}

/** How long the request limits take to let `count` tasks start once their windows are used up. */
export function drainMs({ limits: { requests = [] } }: Queue, count: number): number {
  return Math.max(0, ...requests.map((rate) => count * intervalMs(rate, requests)));
}

/** The share of a rate above `longestLog` that may start at once; the rest is let through evenly. */
export function burstOf({ count }: Rate): number {
  return Math.ceil(count / 100);
}

/** How long after one start the next may follow, on average. */
export function intervalMs(rate: Rate, rates: Rate[]): number {
  if (rate.count <= longestLog) return (rate.periodMs + permitLifeMs(rates)) / rate.count;
  return (rate.periodMs + longestLifeMs(rates)) / (rate.count - burstOf(rate));
}

function startByRate(
  { limiter }: QueueDocument,
  rate: Rate,
  rates: Rate[],
  ahead: number,
  from: number,
): number {
  if (rate.count > longestLog) {
    const { free, nextAt } = permitsAt(limiter, [rate], from);
    return ahead < free ? from : nextAt + (ahead - free) * intervalMs(rate, rates);
  }
  // Each start waits for the one `count` places before it to leave the window, in the log or in the line.
  const log = limiter.starts.slice(-rate.count);
  const blocking = log[(ahead % rate.count) + log.length - rate.count];
  const first = blocking === undefined ? from : Math.max(from, blocking + rate.periodMs);
  return first + Math.floor(ahead / rate.count) * intervalMs(rate, rates) * rate.count;
}

function startByTokens({ tokens }: QueueDocument, rate: Rate, wanted: number, from: number): number {
  const missing = wanted - tokensFree(tokens, rate, from);
  return missing <= 0 ? from : from + (missing / rate.count) * rate.periodMs;
}
