import { createLog, type Log, type Severity, toJsonLine, toReadableLine } from "../core/log.ts";
import type { Settings } from "./settings.ts";

/** The log of a process: lines on `stream`, readable on a terminal and JSON elsewhere unless settings say otherwise. */
export function createProcessLog(
  { logLevel, logFormat }: Pick<Settings, "logLevel" | "logFormat">,
  stream: { isTTY?: boolean; write(text: string): unknown },
): Log {
  const isText = logFormat === "text" || (logFormat === "auto" && stream.isTTY === true);
  const toLine = isText ? toReadableLine : toJsonLine;
  return createLog(
    (line) => stream.write(`${toLine(line, Date.now())}\n`),
    logLevel.toUpperCase() as Severity,
  );
}
