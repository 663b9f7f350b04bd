import { callsAllowed } from "./breaker.ts";
import { leaseMs } from "./lease-ms.ts";
import { permitsAt } from "./limiter.ts";
import type { Queue, QueueDocument } from "./queue-document.ts";
import { tokensFree } from "./token-window.ts";

/** How many calls and tokens a claim may take. Where none, when that may change: unknown while only a call's end can. */
export type Room = { count: number; tokens: number; nextAt?: number };

/** What the queue's limits, breaker and pause leave at `now`, by the store's clock. */
export function roomAt(state: QueueDocument, queue: Queue, now: number): Room {
  const tokens = tokensFree(state.tokens, queue.limits.tokens, now);
  const none = (nextAt?: number): Room => ({ count: 0, tokens, ...(nextAt !== undefined && { nextAt }) });
  if (state.paused) return none();
  if (state.retryAfterUntil > now) return none(state.retryAfterUntil);
  const calls = callsAllowed(state.breaker, queue.breaker, now);
  if (calls.count < 1) return none(calls.nextAt);
  const permits = permitsAt(state.limiter, queue.limits.requests ?? [], now);
  if (permits.free < 1) return none(permits.nextAt);
  const places = placesFree(state, queue, now);
  if (places < 1) return none();
  return { count: Math.min(calls.count, permits.free, places), tokens, nextAt: now };
}

/** A place is taken until its call has ended, or must have. */
function placesFree({ inFlight }: QueueDocument, { limits, longestCallMs }: Queue, now: number): number {
  if (limits.concurrency === undefined) return Number.POSITIVE_INFINITY;
  const taken = inFlight.startBys.filter((startBy) => startBy + longestCallMs + leaseMs > now);
  return limits.concurrency - taken.length;
}
