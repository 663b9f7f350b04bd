import type { ProviderConfig } from "../config/conea-config.ts";
import type { DocumentPath, Snapshot } from "../platform/documents.ts";
import { emptyLimiter, type LimiterState } from "./limiter.ts";

/** A provider's line and the limits its claims must keep. */
export type Queue = { id: string; limits: ProviderConfig["limits"] };

/** `queues/{queueId}`: all that a claim must know. */
export type QueueDocument = {
  limiter: LimiterState;
  /** With a concurrency limit: tasks claimed and not yet known to have ended, and when each must have (epoch ms). */
  inFlight: Record<string, number>;
  /** The provider asked for silence until then (epoch ms). */
  retryAfterUntil: number;
};

export function queuePath(queueId: string): DocumentPath {
  return `queues/${queueId}`;
}

export function toQueueState(snapshot: Snapshot<QueueDocument> | undefined): QueueDocument {
  return snapshot?.data ?? { limiter: emptyLimiter, inFlight: {}, retryAfterUntil: 0 };
}
