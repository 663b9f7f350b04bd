import { createTracer } from "../core/create-tracer.ts";
import type { Log } from "../core/log.ts";
import type { Tracer } from "../core/span.ts";
import { createSpanExport } from "./export-spans.ts";
import { systemClock } from "./system-clock.ts";

export type OpenTracerOptions = {
  /** What the spans are said to come from. */
  service: string;
  /** The Google Cloud project that they belong to, where there is one. */
  project?: string | undefined;
  /** Where spans go. Without it, or with a ratio of 0, traces are continued and logged, and no span is recorded. */
  endpoint?: string | undefined;
  ratio: number;
  authorize?: (() => Promise<Record<string, string>>) | undefined;
  log: Log;
};

/** The tracer of a process. */
export function openTracer(options: OpenTracerOptions): Tracer {
  const { service, project, endpoint, ratio, authorize, log } = options;
  const resource = {
    "service.name": service,
    "service.namespace": "conea",
    ...(project && { "gcp.project_id": project }),
  };
  const exportSpans =
    endpoint !== undefined && ratio > 0
      ? createSpanExport({ endpoint, resource, ...(authorize && { authorize }) })
      : undefined;
  return createTracer({ exportSpans, ratio, clock: systemClock, random: Math.random, log });
}
