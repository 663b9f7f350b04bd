import type { DeliveryAttempt, DeliveryState } from "../api/webhooks.ts";
import { toTime } from "../core/clock.ts";
import type { DocumentPath } from "../platform/documents.ts";

/** `webhookDeliveries/{id}`: one event on its way to one endpoint. */
export type DeliveryDocument = {
  id: string;
  tenant: string;
  endpointId: string;
  eventId: string;
  messageId: string;
  type: string;
  /** What is sent, to the byte. */
  body: string;
  state: DeliveryState;
  /** While pending: when it is tried next. */
  dueAt?: string;
  /** Attempts since it was made or last replayed: decides which delay follows. */
  tries: number;
  attemptCount: number;
  /** The last ones. */
  attempts: DeliveryAttempt[];
  createdAt: string;
  endedAt?: string;
  /** Of the attempt that wrote it last: tells whether a commit whose answer was lost took place. */
  mark?: string;
  /** Of one that has ended. */
  deleteAt?: string;
};

/** How long a delivery is kept once it has ended. */
const keptMs = 30 * 86_400_000;

export function deliveryPath(deliveryId: string): DocumentPath {
  return `webhookDeliveries/${deliveryId}`;
}

/** The fields by which a delivery ends at `now` (epoch ms) in a state that is not `pending`. */
export function endedFields(state: Exclude<DeliveryState, "pending">, now: number) {
  return { state, endedAt: toTime(now), deleteAt: toTime(now + keptMs) };
}
