import { type Event, subjectOf } from "../../api/events.ts";

/** The largest event in bytes of JSON. Pub/Sub takes 10 MB; ours have some hundred bytes and hold no content. */
export const largestEvent = 100_000;
/** Pub/Sub's own limit for an attribute's value, in bytes. */
const largestAttribute = 1_024;

export type Message = { data: Buffer; orderingKey: string; attributes: Record<string, string> };

/**
 * An event as a Pub/Sub message. The attributes are CloudEvents' (without the prefix of its Pub/Sub binding, so that a
 * subscription's filter can name them) and the tenant, so that nobody has to read the data to pass an event by.
 * Throws a `RangeError` for what Pub/Sub or a consumer would refuse.
 */
export function toMessage(event: Event, source: string): Message {
  const data = Buffer.from(JSON.stringify(event));
  if (data.byteLength > largestEvent) throw new RangeError(`an event is larger than ${largestEvent} bytes`);
  const attributes = {
    specversion: "1.0",
    id: event.id,
    source,
    type: event.type,
    time: event.time,
    subject: subjectOf(event),
    tenant: event.tenant,
    ...(event.traceparent && { traceparent: event.traceparent }),
  };
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
  return { data, orderingKey: subjectOf(event), attributes };
}

function checkAttribute(name: string, value: string): void {
  if (Buffer.byteLength(value) > largestAttribute)
    throw new RangeError(`an event's ${name} is longer than ${largestAttribute} bytes`);
}
