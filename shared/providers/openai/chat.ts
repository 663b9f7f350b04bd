import type { OpenAI } from "openai";
import type { ProviderAnswer, ProviderCall, StreamListener } from "../provider.ts";
import { readAnswer } from "../read-answer.ts";
import { readEvents } from "../read-events.ts";
import { readChatStream } from "./read-chat-stream.ts";
import { toCallFacts } from "./to-call-facts.ts";
import { ChatAnswer, toChatResult } from "./to-chat-result.ts";
import { toEventValue } from "./to-event-value.ts";
import { toMessages } from "./to-messages.ts";
import { toResponseFormat } from "./to-response-format.ts";
import { toToolChoice, toTools } from "./to-tools.ts";
import { toUsage } from "./to-usage.ts";
import type { Vendor } from "./vendor.ts";

type Params = Omit<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming, "stream">;
type Streamed = OpenAI.Chat.ChatCompletionCreateParamsStreaming;

const path = "/chat/completions";

/** One call of Chat Completions, streamed when the caller wants text as it is written. */
export async function chat(vendor: Vendor, call: ProviderCall<"chat">): Promise<ProviderAnswer<"chat">> {
  const params = toParams(vendor, call, await toMessages(call.input.messages, call.readBlob));
  const { onText } = call;
  return await (onText ? streamChat(vendor, { ...call, onText }, params) : askChat(vendor, call, params));
}

async function askChat(
  { post }: Vendor,
  { signal }: ProviderCall<"chat">,
  params: Params,
): Promise<ProviderAnswer<"chat">> {
  const response = await post(path, params, signal);
  const { choices, usage } = readAnswer(ChatAnswer, await response.json());
  const { message, finish_reason } = choices[0] ?? {};
  const result = toChatResult({
    text: message?.content ?? "",
    refusal: message?.refusal ?? "",
    calls: message?.tool_calls ?? [],
    finishReason: finish_reason,
  });
  return { result, usage: toUsage(usage), ...toCallFacts(response) };
}

async function streamChat(
  { post }: Vendor,
  listener: StreamListener,
  params: Params,
): Promise<ProviderAnswer<"chat">> {
  const streamed: Streamed = { ...params, stream: true, stream_options: { include_usage: true } };
  const response = await post(path, streamed, listener.signal);
  const { spoken, usage } = await readChatStream(readEvents(response, toEventValue), listener);
  return { result: toChatResult(spoken), usage: toUsage(usage), ...toCallFacts(response) };
}

/** Servers that only speak the protocol know `max_tokens`; OpenAI's newer models refuse it. */
function toParams(
  vendor: Vendor,
  { input, model }: ProviderCall<"chat">,
  messages: Params["messages"],
): Params {
  return {
    model,
    messages,
    tools: toTools(input.tools),
    tool_choice: toToolChoice(input.toolChoice),
    parallel_tool_calls: input.tools && input.parallelToolCalls,
    response_format: toResponseFormat(input.responseFormat),
    temperature: input.temperature,
    top_p: input.topP,
    [vendor.isCompatible ? "max_tokens" : "max_completion_tokens"]: input.maxOutputTokens,
    stop: input.stop,
    seed: input.seed,
    reasoning_effort: input.reasoningEffort,
    verbosity: vendor.isCompatible ? undefined : input.verbosity,
  };
}
