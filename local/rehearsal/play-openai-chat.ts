import type { OpenAI } from "openai";
import { z } from "zod";
import { type Conversation, type Rehearsed, rehearseChat } from "./rehearse-chat.ts";
import type { PlayedAnswer } from "./start-played-server.ts";
import type { JsonSchema } from "./to-instance.ts";
import { toText } from "./to-text.ts";

const Schema = z.record(z.string(), z.unknown());
const Message = z.object({ role: z.string(), content: z.unknown().optional() });
const Named = z.object({ function: z.object({ name: z.string() }) });

const ChatRequest = z.object({
  model: z.string(),
  messages: z.array(Message).min(1),
  tools: z
    .array(z.object({ function: z.object({ name: z.string(), parameters: Schema.optional() }) }))
    .default([]),
  tool_choice: z.union([z.enum(["auto", "none", "required"]), Named]).default("auto"),
  response_format: z
    .object({ type: z.string(), json_schema: z.object({ schema: Schema }).optional() })
    .optional(),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
});
type ChatRequest = z.infer<typeof ChatRequest>;

/** Plays Chat Completions. Undefined when the request is not one. */
export function playOpenAiChat(body: unknown, id: string, created: number): PlayedAnswer | undefined {
  const { data: request } = ChatRequest.safeParse(body);
  if (!request) return undefined;
  const rehearsed = rehearseChat(toConversation(request));
  const head = { id, created, model: request.model };
  if (!request.stream) return { body: toWhole(head, rehearsed) };
  return { body: toEvents(head, rehearsed, request.stream_options?.include_usage ?? false) };
}

function toConversation(request: ChatRequest): Conversation {
  const { messages, tools, tool_choice: choice } = request;
  const last = messages.at(-1);
  const role = last?.role === "tool" || last?.role === "assistant" ? last.role : "user";
  return {
    model: request.model,
    last: { role, text: toText(last?.content) },
    allText: toText(messages),
    tools: tools.map((tool) => ({ name: tool.function.name, schema: tool.function.parameters ?? {} })),
    toolChoice: typeof choice === "object" ? { name: choice.function.name } : choice,
    schema: toSchema(request.response_format),
  };
}

function toSchema(format: ChatRequest["response_format"]): JsonSchema | undefined {
  if (format?.type === "json_schema") return format.json_schema?.schema ?? {};
  return format?.type === "json_object" ? {} : undefined;
}

type Head = { id: string; created: number; model: string };

function toUsage({ inputTokens, outputTokens }: Rehearsed): OpenAI.CompletionUsage {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function toCall(id: string, { name, arguments: value }: NonNullable<Rehearsed["call"]>) {
  const called = { name, arguments: JSON.stringify(value) };
  return { id: `call_${id}`, type: "function" as const, function: called };
}

function toWhole(head: Head, rehearsed: Rehearsed): OpenAI.ChatCompletion {
  const { pieces, call } = rehearsed;
  const message = {
    role: "assistant" as const,
    content: pieces.join("") || null,
    refusal: null,
    ...(call && { tool_calls: [toCall(head.id, call)] }),
  };
  const finish_reason = call ? "tool_calls" : "stop";
  return {
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    usage: toUsage(rehearsed),
  };
}

type Delta = OpenAI.ChatCompletionChunk.Choice.Delta;
type Finish = OpenAI.ChatCompletionChunk.Choice["finish_reason"];

function toEvents(head: Head, rehearsed: Rehearsed, includesUsage: boolean): string[] {
  const { pieces, call } = rehearsed;
  const toEvent = (rest: Pick<OpenAI.ChatCompletionChunk, "choices" | "usage">) => {
    const chunk: OpenAI.ChatCompletionChunk = { ...head, object: "chat.completion.chunk", ...rest };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  };
  const toChunk = (delta: Delta, finish_reason: Finish = null) =>
    toEvent({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
  return [
    toChunk({ role: "assistant", content: call ? null : "", refusal: null }),
    ...pieces.map((content) => toChunk({ content })),
    ...(call ? toCallDeltas(head.id, call).map((delta) => toChunk(delta)) : []),
    toChunk({}, call ? "tool_calls" : "stop"),
    ...(includesUsage ? [toEvent({ choices: [], usage: toUsage(rehearsed) })] : []),
    "data: [DONE]\n\n",
  ];
}

/** First the name, then the arguments. */
function toCallDeltas(id: string, call: NonNullable<Rehearsed["call"]>): Delta[] {
  const { function: called, ...rest } = toCall(id, call);
  return [
    { tool_calls: [{ index: 0, ...rest, function: { name: called.name, arguments: "" } }] },
    { tool_calls: [{ index: 0, function: { arguments: called.arguments } }] },
  ];
}
