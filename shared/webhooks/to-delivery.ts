import type { Event } from "../api/events.ts";
import { toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import { type DeliveryDocument, endedFields } from "./delivery-document.ts";
import type { EndpointDocument } from "./endpoint-document.ts";

/**
 * What is sent of an event: Standard Webhooks' `type`, `timestamp` and `data`. `data` is the event's own object under its name
 * (`task`, `batch`, …) beside `tenant` and `sequence`.
 */
export function toDeliveryBody(event: Event): string {
  const { id, type, time, traceparent: _, ...data } = event;
  return JSON.stringify({ type, timestamp: time, data: { eventId: id, ...data } });
}

/** The delivery of an event to an endpoint: for the same two always of the same id and with the same message id. */
export function toDelivery(
  event: Event,
  endpoint: Pick<EndpointDocument, "id" | "tenant" | "state">,
  now: number,
): DeliveryDocument {
  const isOpen = endpoint.state === "enabled";
  return {
    id: idFrom("delivery", event.id, endpoint.id),
    tenant: endpoint.tenant,
    endpointId: endpoint.id,
    eventId: event.id,
    // An event's id has a full stop, which Standard Webhooks wants in no message's.
    messageId: idFrom("msg", event.id),
    type: event.type,
    body: toDeliveryBody(event),
    tries: 0,
    attemptCount: 0,
    attempts: [],
    createdAt: toTime(now),
    // The event's own time has come by anybody's clock.
    ...(isOpen ? { state: "pending", dueAt: event.time } : endedFields("held", now)),
  };
}
