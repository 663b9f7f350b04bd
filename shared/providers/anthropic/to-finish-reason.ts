import type { FinishReason } from "../../api/chat.ts";

const reasons: Record<string, FinishReason> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/** `pause_turn`, and whatever reason the vendor invents next, is `other`. */
export function toFinishReason(stopReason: string | null | undefined): FinishReason {
  return reasons[stopReason ?? ""] ?? "other";
}
