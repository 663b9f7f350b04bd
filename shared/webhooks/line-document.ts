import type { BreakerConfig } from "../config/conea-config.ts";
import type { Rate } from "../config/rate.ts";
import type { DocumentPath } from "../platform/documents.ts";
import { type BreakerState, closedBreaker } from "../queue/breaker.ts";
import { emptyLimiter, type LimiterState } from "../queue/limiter.ts";
import type { EndpointDocument } from "./endpoint-document.ts";

/**
 * `webhookLines/{endpointId}`: who sends an endpoint's deliveries at present, and what whoever comes next must know. Its times are
 * the store's, in milliseconds since the epoch. Written when a shift begins and when it ends, not for each delivery.
 */
export type LineDocument = {
  endpointId: string;
  /** Counts the shifts. */
  epoch: number;
  /** The holder's alone until then. 0: nobody's. */
  leaseUntil: number;
  limiter: LimiterState;
  breaker: BreakerState;
  /** RFC 3339: the first failure after the last success. */
  failingSince?: string;
  mark: string;
};

export function linePath(endpointId: string): DocumentPath {
  return `webhookLines/${endpointId}`;
}

export function emptyLine(endpointId: string): LineDocument {
  return { endpointId, epoch: 0, leaseUntil: 0, limiter: emptyLimiter, breaker: closedBreaker, mark: "" };
}

/** After five failures in a row an endpoint gets one delivery a minute until one succeeds. */
export const lineBreaker: BreakerConfig = { failures: 5, successes: 1, openMs: 60_000, probes: 1 };

/**
 * How long a line is its holder's. Longer than any window of a rate (ten seconds) and the longest call together, so that
 * a holder who dies without a word has used up nothing that his successor does not know of.
 */
export const lineLeaseMs = 60_000;
/** How long a shift starts calls; what is left of its lease outlasts every call. */
export const shiftMs = 35_000;

/** `ratePerSecond` as the limiter takes it: a fraction is one in so many milliseconds. */
export function toEndpointRates({ ratePerSecond }: Pick<EndpointDocument, "ratePerSecond">): Rate[] {
  return ratePerSecond >= 1
    ? [{ count: Math.floor(ratePerSecond), periodMs: 1_000 }]
    : [{ count: 1, periodMs: Math.ceil(1_000 / ratePerSecond) }];
}
