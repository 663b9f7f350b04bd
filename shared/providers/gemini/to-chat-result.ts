import type { Answers } from "../provider.ts";
import { toCallId } from "./call-id.ts";
import type { Spoken } from "./read-chat.ts";
import { toFinishReason } from "./to-finish-reason.ts";

/** The result of what a model has said, whole or assembled. */
export function toChatResult({ text, calls, finishReason, responseId }: Spoken): Answers["chat"] {
  const toolCalls = calls.map((part, index) => ({
    id: toCallId(part, responseId, index),
    name: part.functionCall?.name ?? "",
    arguments: JSON.stringify(part.functionCall?.args ?? {}),
  }));
  return {
    text,
    finishReason: toFinishReason(finishReason, toolCalls.length > 0),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
}
