import { type Refusal, refusalStatus, type Usage, type Wire } from "./wire.ts";

const refusals: Record<Refusal, { type: string; message: string }> = {
  rate: { type: "rate_limit_error", message: "This request would exceed your rate limit" },
  server: { type: "api_error", message: "Internal server error" },
  unavailable: { type: "overloaded_error", message: "Overloaded" },
  context: { type: "invalid_request_error", message: "prompt is too long: 8193 tokens > 8192 maximum" },
  policy: { type: "invalid_request_error", message: "Output blocked by content filtering policy" },
  prefill: {
    type: "invalid_request_error",
    message:
      "This model does not support assistant message prefill. The conversation must end with a user message.",
  },
  "white space": {
    type: "invalid_request_error",
    message: "messages: final assistant content cannot end with trailing whitespace",
  },
  model: { type: "not_found_error", message: "model not found" },
};

/** Anthropic's Messages. */
export const anthropicWire: Wire = {
  path: "/v1/messages",
  toAnswer: (model, text, usage) => ({
    ...toMessage(model, usage),
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: toUsage(usage),
  }),
  toStart: (model, usage) =>
    toEvent({ type: "message_start", message: toMessage(model, usage) }) +
    toEvent({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  toPiece: (_, text) =>
    toEvent({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
  toEnd: (_, usage) =>
    toEvent({ type: "content_block_stop", index: 0 }) +
    toEvent({
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: usage.output },
    }),
  endMark: toEvent({ type: "message_stop" }),
  toRefusal: (refusal) => ({
    status: refusalStatus[refusal],
    body: { type: "error", error: refusals[refusal], request_id: "req_fault" },
  }),
};

function toMessage(model: string, { input }: Usage) {
  return {
    id: "msg_fault",
    type: "message",
    role: "assistant",
    model,
    content: [] as object[],
    stop_reason: null as string | null,
    stop_sequence: null,
    usage: { input_tokens: input, output_tokens: 1 },
  };
}

function toEvent(data: { type: string } & Record<string, unknown>): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function toUsage({ input, output }: Usage) {
  return { input_tokens: input, output_tokens: output };
}
