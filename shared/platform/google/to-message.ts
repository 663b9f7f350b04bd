import { type Event, subjectOf } from "../../api/events.ts";

/** The largest event in bytes of JSON. Pub/Sub takes 10 MB; ours have some hundred bytes and hold no content. */
export const largestEvent = 100_000;
/** Pub/Sub's own limit for an attribute's value, in bytes. */
const largestAttribute = 1_024;

export type Message = { data: Buffer; orderingKey: string; attributes: Record<string, string> };

/**
 * An event as a Pub/Sub message: CloudEvents 1.0 in the binary mode of its Pub/Sub binding (docs/decisions/0053). The event's
 * JSON is the data, its attributes are the message's, prefixed. `type` and `tenant` are there a second time without the prefix,
 * for the filters of subscriptions, so that nobody has to read the data to pass an event by. Throws a `RangeError` for what
 * Pub/Sub or a consumer would refuse.
 */
export function toMessage(event: Event, source: string): Message {
  const data = Buffer.from(JSON.stringify(event));
  if (data.byteLength > largestEvent) throw new RangeError(`an event is larger than ${largestEvent} bytes`);
  const { id, type, time, tenant, traceparent } = event;
  const subject = subjectOf(event);
  const attributes = {
    "ce-specversion": "1.0",
    "ce-id": id,
    "ce-source": source,
    "ce-type": type,
    "ce-time": time,
    "ce-subject": subject,
    "ce-tenant": tenant,
    // CloudEvents' extension for distributed tracing.
    ...(traceparent && { "ce-traceparent": traceparent }),
    // In this mode it stands for `datacontenttype`.
    "content-type": "application/json",
    type,
    tenant,
  };
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
  return { data, orderingKey: subject, attributes };
}

function checkAttribute(name: string, value: string): void {
  if (Buffer.byteLength(value) > largestAttribute)
    throw new RangeError(`an event's ${name} is longer than ${largestAttribute} bytes`);
}
