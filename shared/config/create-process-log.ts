import {
  createLog,
  type Log,
  type LogFields,
  type LogLine,
  type Severity,
  toJsonLine,
  toReadableLine,
} from "../core/log.ts";
import { currentRequestId, currentTrace } from "../core/trace.ts";
import type { Settings } from "./settings.ts";

type LogSettings = Pick<Settings, "logLevel" | "logFormat" | "platform"> & { project?: string | undefined };

/**
 * The log of a process: lines on `stream`, readable on a terminal and JSON elsewhere unless settings say otherwise. Each line
 * names the request and the trace it belongs to; on Google in the keys by which Cloud Logging finds them.
 */
export function createProcessLog(
  { logLevel, logFormat, platform, project }: LogSettings,
  stream: { isTTY?: boolean; write(text: string): unknown },
): Log {
  const isText = logFormat === "text" || (logFormat === "auto" && stream.isTTY === true);
  const onGoogle = platform === "google" && !isText ? project : undefined;
  const toLine = (line: LogLine) =>
    isText
      ? toReadableLine(line, Date.now())
      : toJsonLine(line, Date.now(), onGoogle ? toGoogleKeys(onGoogle) : {});
  return createLog(
    (line) =>
      stream.write(`${toLine({ ...line, fields: { ...toRequestFields(!onGoogle), ...line.fields } })}\n`),
    logLevel.toUpperCase() as Severity,
  );
}

function toRequestFields(namesTrace: boolean): LogFields {
  const requestId = currentRequestId();
  const trace = namesTrace ? currentTrace()?.traceId : undefined;
  return { ...(requestId && { requestId }), ...(trace && { trace }) };
}

/** https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields */
function toGoogleKeys(project: string): Record<string, unknown> {
  const trace = currentTrace();
  if (!trace) return {};
  return {
    "logging.googleapis.com/trace": `projects/${project}/traces/${trace.traceId}`,
    "logging.googleapis.com/spanId": trace.spanId,
    "logging.googleapis.com/trace_sampled": trace.sampled,
  };
}
