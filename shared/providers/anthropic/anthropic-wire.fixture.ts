import type { FinishReason, ToolCall } from "../../api/chat.ts";
import { writtenTokens } from "../../api/usage.ts";
import type { ProviderErrorKind } from "../provider-error.ts";
import type { Reply, SeenRequest } from "../scripted-vendor.fixture.ts";
import type {
  ChatWire,
  Turn,
  Understood,
  VendorWire,
  WireChat,
  WireFailure,
} from "../vendor-wire.fixture.ts";
import { createAnthropic } from "./anthropic.ts";

const stopReasons: Record<FinishReason, string> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
  other: "pause_turn",
};

function toUsage({ usage }: WireChat) {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens ?? 0,
    cache_read_input_tokens: usage.cachedInputTokens,
    output_tokens: writtenTokens(usage),
    output_tokens_details: { thinking_tokens: usage.reasoningTokens ?? 0 },
  };
}

/** What the end of a stream says: the counts of what was written. */
function toFinalUsage(answer: WireChat) {
  const { output_tokens, output_tokens_details } = toUsage(answer);
  return { output_tokens, output_tokens_details };
}

function toToolUse({ id, name, arguments: text }: ToolCall) {
  return { type: "tool_use", id, name, input: JSON.parse(text) as unknown };
}

function toMessage(answer: WireChat): object {
  const text = answer.pieces.join("");
  return {
    id: "msg_contract",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-20250514",
    content: [...(text ? [{ type: "text", text }] : []), ...(answer.toolCalls ?? []).map(toToolUse)],
    stop_reason: stopReasons[answer.finishReason],
    stop_sequence: null,
    usage: toUsage(answer),
  };
}

/** One server-sent event as the vendor writes it. */
export function toEvent(data: { type: string; [field: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function toBlockEvents(index: number, start: object, deltas: object[]): string[] {
  return [
    toEvent({ type: "content_block_start", index, content_block: start }),
    ...deltas.map((delta) => toEvent({ type: "content_block_delta", index, delta })),
    toEvent({ type: "content_block_stop", index }),
  ];
}

function toEvents(answer: WireChat): string[] {
  const texts = answer.pieces.map((text) => ({ type: "text_delta", text }));
  const calls = (answer.toolCalls ?? []).map(({ id, name, arguments: text }) => {
    const half = Math.ceil(text.length / 2);
    const deltas = [text.slice(0, half), text.slice(half)].map((partial_json) => ({
      type: "input_json_delta",
      partial_json,
    }));
    return { start: { type: "tool_use", id, name, input: {} }, deltas };
  });
  const blocks = [{ start: { type: "text", text: "" }, deltas: texts as object[] }, ...calls];
  const message = { ...toMessage({ ...answer, pieces: [] }), content: [], stop_reason: null };
  return [
    toEvent({
      type: "message_start",
      message: { ...message, usage: { ...toUsage(answer), output_tokens: 1, output_tokens_details: null } },
    }),
    toEvent({ type: "ping" }),
    ...blocks.flatMap(({ start, deltas }, index) => toBlockEvents(index, start, deltas)),
  ];
}

function toTerminal(answer: WireChat): string[] {
  const delta = { stop_reason: stopReasons[answer.finishReason], stop_sequence: null };
  return [
    toEvent({ type: "message_delta", delta, usage: toFinalUsage(answer) }),
    toEvent({ type: "message_stop" }),
  ];
}

type Block = {
  type: string;
  text?: string;
  name?: string;
  input?: unknown;
  content?: Block[];
  source?: Source;
};
type Source = { type: string; url?: string; media_type?: string; data?: string };
type Body = {
  model: string;
  stream?: boolean;
  system?: string;
  messages: { role: "user" | "assistant"; content: Block[] }[];
  tools?: { name: string }[];
  tool_choice?: { type: string; name?: string };
  output_config?: { format: { schema: { properties: object } } };
  max_tokens: number;
  temperature?: number;
  top_p?: number;
  stop_sequences?: string[];
};

function understand(request: SeenRequest): Understood {
  const body = request.json as Body;
  const { tools, tool_choice: choice, output_config: output, temperature, top_p, stop_sequences } = body;
  return {
    model: body.model,
    streamed: body.stream === true,
    ...(body.system && { system: body.system }),
    turns: body.messages.flatMap(toTurns),
    ...(tools && { tools: tools.map(({ name }) => name) }),
    ...(choice && { toolChoice: toChoice(choice) }),
    ...(output && { schemaProperties: Object.keys(output.format.schema.properties) }),
    sampling: {
      ...(temperature !== undefined && { temperature }),
      ...(top_p !== undefined && { topP: top_p }),
      // The vendor demands a limit, so one is sent even where none was asked for.
      ...(body.max_tokens !== 4_096 && { maxOutputTokens: body.max_tokens }),
      ...(stop_sequences && { stop: stop_sequences }),
    },
  };
}

function toTurns({ role, content }: Body["messages"][number]): Turn[] {
  if (content[0]?.type === "tool_result")
    return content.map((result) => ({ role: "tool", text: joinText(result.content ?? []) }));
  const images = content.flatMap(({ source }) => (source ? [toUrl(source)] : []));
  const calls = content.filter(({ type }) => type === "tool_use");
  const toolCalls = calls.map(({ name, input }) => ({ name: name ?? "", arguments: input }));
  const text = joinText(content);
  return [
    {
      role,
      ...(text && { text }),
      ...(images.length > 0 && { images }),
      ...(toolCalls.length > 0 && { toolCalls }),
    },
  ];
}

function joinText(blocks: Block[]): string {
  return blocks.map(({ text }) => text ?? "").join("");
}

function toUrl({ url, media_type, data }: Source): string {
  return url ?? `data:${media_type};base64,${data}`;
}

function toChoice({ type, name }: { type: string; name?: string }): Understood["toolChoice"] & {} {
  if (type === "tool") return { name: name ?? "" };
  return type === "any" ? "required" : (type as "auto" | "none");
}

const errorTypes: Partial<Record<ProviderErrorKind, string>> = {
  rate_limited: "rate_limit_error",
  authentication: "authentication_error",
  model_not_found: "not_found_error",
};
const sentences: Partial<Record<ProviderErrorKind, string>> = {
  context_too_long: "prompt is too long: 208310 tokens > 200000 maximum",
  content_refused: "Output blocked by content filtering policy",
};

function toError({ kind, status, message }: WireFailure): { type: string; [field: string]: unknown } {
  const busy = status === 529 || status === 503 ? "overloaded_error" : "api_error";
  const type = errorTypes[kind] ?? (kind === "overloaded" ? busy : "invalid_request_error");
  const sentence = sentences[kind];
  const error = { type, message: sentence ? `${sentence} ${message}` : message };
  return { type: "error", error, request_id: "req_contract_failed" };
}

function failure(failure: WireFailure): Reply {
  return { status: failure.status, headers: { "request-id": "req_contract_failed" }, body: toError(failure) };
}

const chat: ChatWire = {
  // The last generation that takes every parameter the contract asks for.
  model: "claude-sonnet-4-20250514",
  whole: (answer) => ({ headers: { "request-id": answer.requestId }, body: toMessage(answer) }),
  stream: (answer) => ({
    headers: { "content-type": "text/event-stream", "request-id": answer.requestId },
    events: toEvents(answer),
    terminal: toTerminal(answer),
  }),
  understand,
  errorEvent: (failure) => toEvent(toError(failure)),
};

/** Claude's side of the provider contract. */
export const anthropicWire: VendorWire = {
  create: createAnthropic,
  failure,
  rateLimits: {
    headers: {
      date: "Mon, 23 Nov 2026 10:00:00 GMT",
      "anthropic-ratelimit-requests-remaining": "999",
      "anthropic-ratelimit-requests-reset": "2026-11-23T10:00:01Z",
      "anthropic-ratelimit-tokens-remaining": "312000",
      "anthropic-ratelimit-tokens-reset": "2026-11-23T10:00:15Z",
      "anthropic-ratelimit-input-tokens-remaining": "300000",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-23T10:00:12Z",
      "anthropic-ratelimit-output-tokens-remaining": "12000",
      "anthropic-ratelimit-output-tokens-reset": "2026-11-23T10:00:14Z",
    },
    says: { requestsLeft: 999, requestsResetMs: 1_000, tokensLeft: 12_000, tokensResetMs: 14_000 },
  },
  environment: {
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9/leaked",
    ANTHROPIC_API_KEY: "leaked-api-key",
    ANTHROPIC_AUTH_TOKEN: "leaked-auth-token",
    ANTHROPIC_PROFILE: "leaked-profile",
    ANTHROPIC_CUSTOM_HEADERS:
      "Authorization: leaked-authorization\nX-Api-Key: leaked-key\nX-Other: leaked-other",
    ANTHROPIC_LOG: "debug",
  },
  chat,
};
