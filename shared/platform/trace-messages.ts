import type { SpanOptions } from "../core/span.ts";
import { currentTrace, currentTraceparent, inSpan, inTraceOf } from "../core/trace.ts";
import { parseTraceparent } from "../core/trace-context.ts";
import type { Events } from "./events.ts";
import type { Wakes } from "./wakes.ts";

/** The wakes, with a span around each that is asked for; the wake carries that span on. */
export function traceWakes(wakes: Wakes, system: string): Wakes {
  return {
    slotMs: wakes.slotMs,
    ensure(wake, name, at) {
      const span = toSend(system, `wakes/${wake.queue}`, name);
      return inSpan(span, () => wakes.ensure(withCurrent(wake), name, at));
    },
  };
}

/** The events, with a span around each publishing, as part of the event's own trace; the event carries that span on. */
export function traceEvents(events: Events, system: string, topic: string): Events {
  return {
    publish(event) {
      const span = toSend(system, topic, event.id);
      const publish = () => events.publish(withCurrent(event));
      // A sweep publishes for many tasks, each with a trace of its own.
      const isOwn = parseTraceparent(event.traceparent)?.traceId === currentTrace()?.traceId;
      return isOwn ? inSpan(span, publish) : inTraceOf(event.traceparent, span, publish);
    },
  };
}

function withCurrent<T extends { traceparent?: string | undefined }>(message: T): T {
  const traceparent = currentTraceparent() ?? message.traceparent;
  return { ...message, ...(traceparent && { traceparent }) };
}

function toSend(system: string, destination: string, id: string): SpanOptions {
  return {
    name: `send ${destination}`,
    kind: "producer",
    attributes: {
      "messaging.system": system,
      "messaging.operation.name": "send",
      "messaging.operation.type": "send",
      "messaging.destination.name": destination,
      "messaging.message.id": id,
    },
  };
}
