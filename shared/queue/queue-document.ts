import type { BreakerConfig, ProviderConfig } from "../config/conea-config.ts";
import type { DocumentPath, Snapshot } from "../platform/documents.ts";
import { type BreakerState, closedBreaker } from "./breaker.ts";
import type { BreakerOutbox } from "./breaker-events.ts";
import { type InFlight, noneInFlight, toLists } from "./in-flight.ts";
import { emptyLimiter, type LimiterState } from "./limiter.ts";
import { emptyTokenWindow, type TokenWindow } from "./token-window.ts";

/** A provider's line and the limits its claims must keep. */
export type Queue = {
  id: string;
  limits: ProviderConfig["limits"];
  breaker: BreakerConfig;
  /** How long a call may take: until then its place is not given away. */
  longestCallMs: number;
};

/**
 * `queues/{queueId}`: all that a claim must know. Its times are the document store's, in milliseconds since the epoch,
 * so that the clocks of those who claim need not agree.
 */
export type QueueDocument = {
  limiter: LimiterState;
  tokens: TokenWindow;
  breaker: BreakerState;
  /** That it opened and closed; absent while it never has. */
  breakerEvents?: BreakerOutbox;
  inFlight: InFlight;
  /** Claims whose call is over and whose task somebody else ended: since when. The sweep sees to their events. */
  unconfirmed: Record<string, number>;
  /** How long calls take, from their permit's end on, exponentially weighted (ms). 0 while none has ended well. */
  callMs: number;
  /** The provider asked for silence until then. */
  retryAfterUntil: number;
  paused: boolean;
  /** Set by each claim: tells whether a commit whose answer was lost took place. */
  mark: string;
};

export const emptyQueue: QueueDocument = {
  limiter: emptyLimiter,
  tokens: emptyTokenWindow,
  breaker: closedBreaker,
  inFlight: noneInFlight,
  unconfirmed: {},
  callMs: 0,
  retryAfterUntil: 0,
  paused: false,
  mark: "",
};

export function queuePath(queueId: string): DocumentPath {
  return `queues/${queueId}`;
}

export function toQueueState(snapshot: Snapshot<QueueDocument> | undefined): QueueDocument {
  const stored = snapshot?.data ?? emptyQueue;
  const inFlight = toLists(stored.inFlight);
  return inFlight === stored.inFlight ? stored : { ...stored, inFlight };
}

/** The name of one claim of a task in its queue's document. */
export function claimKey({ id, epoch }: { id: string; epoch: number }): string {
  return `${id}:${epoch}`;
}
