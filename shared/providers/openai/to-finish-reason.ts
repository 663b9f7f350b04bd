import type { FinishReason } from "../../api/chat.ts";

const reasons: Record<string, FinishReason> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
};

/** A model made to call one named tool says `stop` though it calls; here it has `tool_calls`, as everywhere else. */
export function toFinishReason(reason: string | null | undefined, callsTools = false): FinishReason {
  const known = (reason && reasons[reason]) || "other";
  return known === "stop" && callsTools ? "tool_calls" : known;
}
