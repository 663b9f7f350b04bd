import { toTime } from "./clock.ts";

/** The only fields a log line may carry: a new one is added here, after asking whether it can hold a secret or a prompt. */
export type LogFields = {
  attempt?: number;
  batchId?: string;
  bytes?: number;
  code?: string;
  count?: number;
  delayMs?: number;
  deliveryId?: string;
  durationMs?: number;
  endpointId?: string;
  /** Class and message of an error of our own; never a vendor's text. */
  error?: string;
  eventId?: string;
  fileId?: string;
  function?: string;
  keyId?: string;
  method?: string;
  model?: string;
  outcome?: string;
  path?: string;
  provider?: string;
  queue?: string;
  requestId?: string;
  rule?: string;
  stack?: string;
  status?: number | string;
  step?: string;
  subject?: string;
  taskId?: string;
  tenant?: string;
  trace?: string;
  type?: string;
  value?: number;
};

export type Severity = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** A constant sentence with its data beside it. */
export interface Log {
  debug(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  error(sentence: string, fields?: LogFields): void;
}

export type LogLine = { severity: Severity; sentence: string; fields: LogFields };

const order: Severity[] = ["DEBUG", "INFO", "WARNING", "ERROR"];

/** A log that hands each line at or above `least` to `write`. */
export function createLog(write: (line: LogLine) => void, least: Severity = "INFO"): Log {
  const at =
    (severity: Severity) =>
    (sentence: string, fields: LogFields = {}) => {
      if (order.indexOf(severity) >= order.indexOf(least)) write({ severity, sentence, fields });
    };
  return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARNING"), error: at("ERROR") };
}

/** One JSON object per line, as Cloud Logging reads it. `keys` are for the reader of the log, not for people. */
export function toJsonLine(
  { severity, sentence, fields }: LogLine,
  now: number,
  keys: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    severity,
    message: sentence,
    time: toTime(now),
    ...fields,
    ...keys,
  });
}

/** One readable line, for a terminal. */
export function toReadableLine({ severity, sentence, fields }: LogLine, now: number): string {
  const data = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [toTime(now).slice(11, 23), severity.padEnd(7), sentence, ...data].join(" ");
}

/** What may be logged of something thrown: its class and, when it is ours or Node's, its message. */
export function toErrorField(thrown: unknown): LogFields {
  if (!(thrown instanceof Error)) return { error: "something that is not an Error was thrown" };
  return { error: `${thrown.name}: ${thrown.message}`, ...(thrown.stack ? { stack: thrown.stack } : {}) };
}
