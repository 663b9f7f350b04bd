import { readFileSync } from "node:fs";
import type { Usage } from "../../api/task.ts";
import { readTokens, totalTokens, writtenTokens } from "../../api/usage.ts";
import type { Reply, SeenRequest } from "../scripted-vendor.fixture.ts";
import type { Turn, Understood, WireChat, WireFailure, WireStream } from "../vendor-wire.fixture.ts";

export function readFixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
}

export const errors: Record<string, { error: object }> = JSON.parse(readFixture("errors.json"));

/** OpenAI's error answer of a kind, with another text. */
export function toFailure({ kind, status, message }: WireFailure): Reply {
  return { status, headers: { "x-request-id": "req_failed" }, body: toErrorBody(kind, message) };
}

export function toErrorBody(kind: string, message: string): { error: object } {
  return { error: { ...errors[kind]?.error, message } };
}

export function toVendorUsage(usage: Usage): object {
  const { cachedInputTokens, reasoningTokens = 0 } = usage;
  return {
    prompt_tokens: readTokens(usage),
    completion_tokens: writtenTokens(usage),
    total_tokens: totalTokens(usage),
    prompt_tokens_details: { cached_tokens: cachedInputTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoningTokens, audio_tokens: 0 },
  };
}

const toCalls = ({ toolCalls = [] }: WireChat) =>
  toolCalls.map(({ id, ...called }) => ({ id, type: "function", function: called }));

/** An answer of Chat Completions. */
export function toWhole(answer: WireChat): Reply {
  const calls = toCalls(answer);
  const message = {
    role: "assistant",
    content: answer.pieces.join("") || null,
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const body = {
    ...JSON.parse(readFixture("chat.json")),
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: toVendorUsage(answer.usage),
  };
  return { headers: { "x-request-id": answer.requestId }, body };
}

const toEvent = (data: object) =>
  `data: ${JSON.stringify({ id: "chatcmpl-123", object: "chat.completion.chunk", created: 1694268190, model: "gpt-5", ...data })}\n\n`;

const toChunk = (delta: object, finish_reason: string | null = null) =>
  toEvent({ choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null });

/** The same answer as a stream: a tool call's arguments come in two parts. */
export function toStream(answer: WireChat): WireStream {
  const calls = toCalls(answer).flatMap(({ function: called, ...call }, index) => [
    toChunk({ tool_calls: [{ index, ...call, function: { name: called.name, arguments: "" } }] }),
    toChunk({ tool_calls: [{ index, function: { arguments: called.arguments.slice(0, 5) } }] }),
    toChunk({ tool_calls: [{ index, function: { arguments: called.arguments.slice(5) } }] }),
  ]);
  const texts = answer.pieces.map((content) => toChunk({ content }));
  return {
    headers: { "content-type": "text/event-stream; charset=utf-8", "x-request-id": answer.requestId },
    events: [toChunk({ role: "assistant", content: "", refusal: null }), ...texts, ...calls],
    terminal: [
      toChunk({}, answer.finishReason),
      toEvent({ choices: [], usage: toVendorUsage(answer.usage) }),
      "data: [DONE]\n\n",
    ],
  };
}

type Part = { type: string; text?: string; image_url?: { url: string } };
type Message = {
  role: Turn["role"] | "system";
  content?: string | Part[] | null;
  tool_calls?: { function: { name: string; arguments: string } }[];
};

type Request = {
  model: string;
  stream?: boolean;
  messages: Message[];
  tools?: { function: { name: string } }[];
  tool_choice?: "auto" | "none" | "required" | { function: { name: string } };
  response_format?: { json_schema?: { schema?: { properties?: object } } };
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  stop?: string[];
};

/** Reads a request of Chat Completions as a server that speaks OpenAI's protocol would. */
export function understand({ json }: SeenRequest): Understood {
  const body = json as Request;
  const choice = body.tool_choice;
  const system = body.messages.find(({ role }) => role === "system")?.content;
  const sampling = {
    temperature: body.temperature,
    topP: body.top_p,
    maxOutputTokens: body.max_tokens,
    stop: body.stop,
  };
  return dropUndefined({
    model: body.model,
    streamed: body.stream ?? false,
    system: typeof system === "string" ? system : undefined,
    turns: body.messages.filter(({ role }) => role !== "system").map(toTurn),
    tools: body.tools?.map((tool) => tool.function.name),
    toolChoice: typeof choice === "object" ? choice.function : choice,
    schemaProperties: toProperties(body.response_format),
    sampling: dropUndefined(sampling),
  });
}

function toTurn({ role, content, tool_calls }: Message): Turn {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : (content ?? []);
  const images = parts.flatMap(({ image_url }: Part) => image_url?.url ?? []);
  return dropUndefined({
    role: role as Turn["role"],
    text: parts.map(({ text = "" }) => text).join(""),
    images: images.length > 0 ? images : undefined,
    toolCalls: tool_calls?.map((call) => ({
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments),
    })),
  });
}

function toProperties(format: Request["response_format"]): string[] | undefined {
  const properties = format?.json_schema?.schema?.properties;
  return properties && Object.keys(properties);
}

function dropUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
