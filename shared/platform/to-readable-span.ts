import type { HrTime, SpanContext } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Span, SpanKind } from "../core/span.ts";
import type { TraceContext } from "../core/trace-context.ts";

/** OpenTelemetry's numbers. */
const kinds: Record<SpanKind, number> = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 };
const failed = 2;

/** A span as OpenTelemetry's exporters read it. */
export function toReadableSpan(span: Span, resource: ReadableSpan["resource"]): ReadableSpan {
  const { name, attributes, startedAt, endedAt, parent, error } = span;
  const context = toSpanContext(span.context, false);
  return {
    name,
    kind: kinds[span.kind],
    spanContext: () => context,
    ...(parent && { parentSpanContext: toSpanContext(parent.context, parent.isRemote) }),
    startTime: toHrTime(startedAt),
    endTime: toHrTime(endedAt),
    duration: toHrTime(endedAt - startedAt),
    ended: true,
    status: error === undefined ? { code: 0 } : { code: failed, message: error },
    attributes: error === undefined ? attributes : { ...attributes, "error.type": error },
    links: span.links.map((link) => ({ context: toSpanContext(link, true) })),
    events: [],
    resource,
    instrumentationScope: { name: "conea" },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function toSpanContext({ traceId, spanId, sampled }: TraceContext, isRemote: boolean): SpanContext {
  return { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote };
}

/** Seconds, and the nanoseconds beyond them. */
function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1_000) * 1e6))];
}
