import type { GenerateContentParameters } from "@google/genai";
import type { ProviderAnswer, ProviderCall } from "../provider.ts";
import { readChat, readChatStream, type Spoken } from "./read-chat.ts";
import { toChatResult } from "./to-chat-result.ts";
import { toConfig } from "./to-config.ts";
import { toMessages } from "./to-messages.ts";
import { toUsage } from "./to-usage.ts";
import type { Vendor } from "./vendor.ts";

/** One call of generateContent, streamed when the caller wants text as it is written. */
export async function chat(vendor: Vendor, call: ProviderCall<"chat">): Promise<ProviderAnswer<"chat">> {
  const spoken = await ask(vendor, call, await toParams(vendor, call));
  return {
    result: toChatResult(spoken),
    usage: toUsage(spoken.usage),
    ...(spoken.responseId && { requestId: spoken.responseId }),
  };
}

async function ask(
  { client }: Vendor,
  call: ProviderCall<"chat">,
  params: GenerateContentParameters,
): Promise<Spoken> {
  const { onText } = call;
  if (!onText) return readChat(await client.generateContent(params));
  return readChatStream(await client.generateContentStream(params), { ...call, onText });
}

/** Without `automaticContinuation: false` the SDK asks again by itself when an answer is long or a stream breaks. */
async function toParams(
  { fetch }: Vendor,
  { input, model, signal, readBlob }: ProviderCall<"chat">,
): Promise<GenerateContentParameters> {
  const { systemInstruction, contents } = await toMessages(input.messages, model, readBlob);
  const config = {
    ...toConfig(input, model),
    ...(systemInstruction && { systemInstruction }),
    abortSignal: signal,
    automaticContinuation: false,
    automaticFunctionCalling: { disable: true },
    httpOptions: { fetch },
  };
  return { model, contents, config };
}
