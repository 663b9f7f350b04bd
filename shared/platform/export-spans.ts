import type { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { type ExportSpans, longestFlushMs } from "../core/create-tracer.ts";
import type { Attributes } from "../core/span.ts";
import { toReadableSpan } from "./to-readable-span.ts";

export type SpanExportOptions = {
  /** Where a collector takes spans by OTLP over HTTP. */
  endpoint: string;
  /** What is said of the process, such as `service.name`. */
  resource: Attributes;
  /** The headers that let the collector know whose spans they are. */
  authorize?: () => Promise<Record<string, string>>;
};

/** Exports spans by OTLP over HTTP. The exporter's packages are loaded at the first batch. */
export function createSpanExport({ endpoint, resource, authorize }: SpanExportOptions): ExportSpans {
  const said = toResource(resource);
  let exporter: Promise<OTLPTraceExporter> | undefined;
  let headers: Record<string, string> = {};

  async function open(): Promise<OTLPTraceExporter> {
    const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
    return new OTLPTraceExporter({
      url: endpoint,
      timeoutMillis: longestFlushMs,
      headers: async () => headers,
    });
  }

  return async (spans) => {
    exporter ??= open();
    const [opened, authorized] = await Promise.all([exporter, authorize?.()]);
    // The exporter's own call for headers must not fail.
    headers = authorized ?? {};
    await send(
      opened,
      spans.map((span) => toReadableSpan(span, said)),
    );
  };
}

function send(exporter: OTLPTraceExporter, spans: ReadableSpan[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  exporter.export(spans, ({ code, error }) =>
    code === 0 ? resolve() : reject(error ?? new Error("the collector refused them")),
  );
  return promise;
}

function toResource(attributes: Attributes): ReadableSpan["resource"] {
  const resource = { attributes, merge: () => resource, getRawAttributes: () => [] };
  return resource;
}
