import { z } from "zod";
import type { ToolCall } from "../../api/chat.ts";
import type { Answers } from "../provider.ts";
import { toFinishReason } from "./to-finish-reason.ts";
import { VendorUsage } from "./to-usage.ts";

const Call = z.object({
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
type Call = z.infer<typeof Call>;

/** What is read of an answer of Chat Completions. */
export const ChatAnswer = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(Call).nullish(),
        }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: VendorUsage,
});

/** An event of a stream of Chat Completions. Some carry no choice at all. */
export const ChatChunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            tool_calls: z.array(Call.extend({ index: z.int().nullish() })).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: VendorUsage,
});
export type ChatChunk = z.infer<typeof ChatChunk>;

export type Spoken = {
  text: string;
  refusal: string;
  calls: Call[];
  finishReason: string | null | undefined;
};

/** The result of what a model has said, whole or assembled. */
export function toChatResult({ text, refusal, calls, finishReason }: Spoken): Answers["chat"] {
  const toolCalls = calls.flatMap(toToolCall);
  return {
    text,
    finishReason: toFinishReason(finishReason, toolCalls.length > 0),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(refusal && { refusal }),
  };
}

/** Servers that only speak the protocol leave out ids, and the arguments of a tool that takes none. */
function toToolCall(call: Call, index: number): ToolCall[] {
  const name = call.function?.name;
  if (!name) return [];
  return [{ id: call.id || `call_${index}`, name, arguments: call.function?.arguments || "{}" }];
}
