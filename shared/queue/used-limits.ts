import type { LimitUse } from "../api/queues.ts";
import { fromRate, type Rate } from "../config/rate.ts";
import { burstOf, intervalMs } from "./estimate-start.ts";
import { leaseMs } from "./lease-ms.ts";
import { longestLog } from "./limiter.ts";
import type { Queue, QueueDocument } from "./queue-document.ts";
import { tokensFree } from "./token-window.ts";

/** How much of each of its limits a queue has used at `now`, by the store's clock. */
export function usedLimits(state: QueueDocument, queue: Queue, now: number): LimitUse[] {
  const { requests = [], tokens, concurrency } = queue.limits;
  return [
    ...requests.map((rate) => usedStarts(state, rate, requests, now)),
    ...(tokens ? [usedTokens(state, tokens, now)] : []),
    ...(concurrency === undefined ? [] : [usedPlaces(state, queue, concurrency, now)]),
  ];
}

function usedStarts({ limiter }: QueueDocument, rate: Rate, rates: Rate[], now: number): LimitUse {
  const common = { kind: "requests" as const, rate: fromRate(rate) };
  if (rate.count <= longestLog) {
    const recent = limiter.starts.slice(-rate.count).filter((start) => start > now - rate.periodMs);
    return { ...common, used: recent.length, allowed: rate.count, windowSeconds: rate.periodMs / 1_000 };
  }
  // Of a rate this high only how much of its burst is used is on record.
  const allowed = burstOf(rate);
  const aheadMs = Math.max(0, (limiter.arrivals[fromRate(rate)] ?? now) - now);
  const used = Math.min(allowed, Math.round(aheadMs / intervalMs(rate, rates)));
  return { ...common, used, allowed, windowSeconds: (rate.periodMs / 1_000) * (allowed / rate.count) };
}

function usedTokens({ tokens: { slots } }: QueueDocument, rate: Rate, now: number): LimitUse {
  const used = rate.count - tokensFree({ slots }, rate, now);
  return {
    kind: "tokens",
    rate: fromRate(rate),
    used,
    allowed: rate.count,
    windowSeconds: rate.periodMs / 1_000,
  };
}

function usedPlaces(
  { inFlight }: QueueDocument,
  { longestCallMs }: Queue,
  allowed: number,
  now: number,
): LimitUse {
  const used = inFlight.startBys.filter((claimedAt) => claimedAt + longestCallMs + leaseMs > now);
  return { kind: "concurrency", used: used.length, allowed };
}
