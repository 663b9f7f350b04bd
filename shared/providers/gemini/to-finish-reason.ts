import type { FinishReason } from "../../api/chat.ts";

const reasons: Record<string, FinishReason> = {
  STOP: "stop",
  // Not among the vendor's words, but among those of servers that imitate it.
  FUNCTION_CALL: "tool_calls",
  MAX_TOKENS: "length",
  CONTINUATION: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  IMAGE_SAFETY: "content_filter",
};

/** The vendor says `STOP` also when it stopped to have tools called. */
export function toFinishReason(reason: string | null | undefined, callsTools: boolean): FinishReason {
  const known = reasons[reason ?? ""] ?? "other";
  return known === "stop" && callsTools ? "tool_calls" : known;
}
