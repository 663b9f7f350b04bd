import type { ToolCall } from "../../api/chat.ts";
import type { Answers } from "../provider.ts";
import { toFinishReason } from "./to-finish-reason.ts";
import type { VendorBlock, VendorMessage } from "./vendor-message.ts";

/** The result of what a model has said, whole or assembled. Its thoughts are in none of the fields. */
export function toChatResult({ content, stop_reason, stop_details }: VendorMessage): Answers["chat"] {
  const toolCalls = content.flatMap(toToolCalls);
  const refusal = stop_reason === "refusal" ? stop_details?.explanation : undefined;
  return {
    text: content.map(toText).join(""),
    finishReason: toFinishReason(stop_reason),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(refusal && { refusal }),
  };
}

function toText({ type, text }: VendorBlock): string {
  return type === "text" ? (text ?? "") : "";
}

/** `input` is an object in a whole message and JSON text in a streamed one. */
function toToolCalls({ type, id, name, input }: VendorBlock): ToolCall[] {
  if (type !== "tool_use" || !id || !name) return [];
  return [{ id, name, arguments: typeof input === "string" ? input : JSON.stringify(input ?? {}) }];
}
