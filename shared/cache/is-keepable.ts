import type { TaskInput } from "../api/inputs.ts";
import type { TaskResult } from "../api/results.ts";

/** Whether the same request may be answered by what was found earlier at all: a report to a provider is made each time. */
export function isCacheable(input: TaskInput): boolean {
  return !("trackDownload" in input);
}

/**
 * Whether a result may be given again: never a refusal, nor an answer that a filter or the length cut short, nor an
 * empty one (docs/decisions/0039-the-response-cache.md).
 */
export function isKeepable(result: TaskResult): boolean {
  if (!("finishReason" in result)) return true;
  const { finishReason, text } = result;
  if ("refusal" in result && result.refusal !== undefined) return false;
  if (finishReason === "tool_calls") return true;
  return finishReason === "stop" && text !== "";
}
