import type Anthropic from "@anthropic-ai/sdk";
import { z } from "zod";
import { type Conversation, type Rehearsed, rehearseChat } from "./rehearse-chat.ts";
import type { Play, PlayedAnswer } from "./start-played-server.ts";
import { toText } from "./to-text.ts";

const Schema = z.record(z.string(), z.unknown());

const MessagesRequest = z.object({
  model: z.string(),
  max_tokens: z.int().positive(),
  system: z.unknown().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown().optional() })).min(1),
  tools: z.array(z.object({ name: z.string(), input_schema: Schema })).default([]),
  tool_choice: z.object({ type: z.string(), name: z.string().optional() }).default({ type: "auto" }),
  output_config: z.object({ format: z.object({ schema: Schema }).nullish() }).nullish(),
  stream: z.boolean().default(false),
});
type MessagesRequest = z.infer<typeof MessagesRequest>;

/** Anthropic's Messages. A request that it would refuse is refused, with its error's shape. */
export function createAnthropicPlay(): Play {
  let requests = 0;
  return ({ method, url, json }) => {
    requests += 1;
    const id = `rehearsal${requests}`;
    const isKnown = method === "POST" && url.pathname === "/v1/messages";
    const answer = isKnown ? playMessages(json, id) : refuse(404, "not_found_error");
    return { ...answer, headers: { "request-id": `req_${id}` } };
  };
}

function refuse(status: number, type: string): PlayedAnswer {
  const error = { type, message: "The rehearsal does not know this request." };
  return { status, body: { type: "error", error, request_id: null } };
}

function playMessages(body: unknown, id: string): PlayedAnswer {
  const { data: request } = MessagesRequest.safeParse(body);
  if (!request) return refuse(400, "invalid_request_error");
  const rehearsed = rehearseChat(toConversation(request));
  const message = toMessage(request.model, id, rehearsed);
  return { body: request.stream ? toEvents(message, rehearsed) : message };
}

function toConversation({ model, messages, ...request }: MessagesRequest): Conversation {
  const last = messages.at(-1);
  const speaker = last?.role === "assistant" ? "assistant" : "user";
  return {
    model,
    last: { role: holdsResult(last?.content) ? "tool" : speaker, text: toText(last?.content) },
    allText: `${toText(request.system)} ${toText(messages)}`,
    tools: request.tools.map(({ name, input_schema }) => ({ name, schema: input_schema })),
    toolChoice: toToolChoice(request.tool_choice),
    schema: request.output_config?.format?.schema,
  };
}

function holdsResult(content: unknown): boolean {
  return Array.isArray(content) && content.some((block) => block?.type === "tool_result");
}

function toToolChoice({ type, name }: MessagesRequest["tool_choice"]): Conversation["toolChoice"] {
  if (type === "tool" && name) return { name };
  if (type === "any") return "required";
  return type === "none" ? "none" : "auto";
}

function toMessage(model: string, id: string, rehearsed: Rehearsed): Anthropic.Message {
  return {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    model,
    content: [toBlock(id, rehearsed)],
    stop_reason: rehearsed.call ? "tool_use" : "end_turn",
    stop_sequence: null,
    stop_details: null,
    usage: toUsage(rehearsed),
    container: null,
    diagnostics: null,
  };
}

function toBlock(id: string, { pieces, call }: Rehearsed): Anthropic.TextBlock | Anthropic.ToolUseBlock {
  if (!call) return { type: "text", text: pieces.join(""), citations: null };
  const { name, arguments: input } = call;
  return { type: "tool_use", id: `toolu_${id}`, name, input, caller: { type: "direct" } };
}

function toUsage({ inputTokens, outputTokens }: Rehearsed): Anthropic.Usage {
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: null,
    output_tokens: outputTokens,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: "standard",
    inference_geo: null,
    speed: null,
  };
}

type Event = { type: string; [field: string]: unknown };

function toEvent(event: Event): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function toEvents(message: Anthropic.Message, { pieces, call, outputTokens }: Rehearsed): string[] {
  const { content, stop_reason, stop_sequence, usage } = message;
  const opening = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  const empty = call ? { input: {} } : { text: "" };
  const deltas = call
    ? [{ type: "input_json_delta", partial_json: JSON.stringify(call.arguments) }]
    : pieces.map((text) => ({ type: "text_delta", text }));
  return [
    toEvent({ type: "message_start", message: opening }),
    toEvent({ type: "content_block_start", index: 0, content_block: { ...content[0], ...empty } }),
    toEvent({ type: "ping" }),
    ...deltas.map((delta) => toEvent({ type: "content_block_delta", index: 0, delta })),
    toEvent({ type: "content_block_stop", index: 0 }),
    toEvent({
      type: "message_delta",
      delta: { stop_reason, stop_sequence },
      usage: { output_tokens: outputTokens },
    }),
    toEvent({ type: "message_stop" }),
  ];
}
