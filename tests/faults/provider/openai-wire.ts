import { type Refusal, refusalStatus, type Usage, type Wire } from "./wire.ts";

const id = "chatcmpl-fault";
const created = 1_767_225_600;

const refusals: Record<Refusal, { type: string; code: string | null; message: string }> = {
  rate: { type: "requests", code: "rate_limit_exceeded", message: "Rate limit reached for requests" },
  server: { type: "server_error", code: null, message: "The server had an error processing your request" },
  unavailable: { type: "server_error", code: null, message: "The engine is currently overloaded" },
  context: {
    type: "invalid_request_error",
    code: "context_length_exceeded",
    message: "This model's maximum context length is 8192 tokens. However, your messages are longer.",
  },
  policy: {
    type: "invalid_request_error",
    code: "content_policy_violation",
    message: "Your request was rejected as a result of our safety system.",
  },
  prefill: {
    type: "invalid_request_error",
    code: null,
    message: "Expected last role User or Tool for serving but got assistant",
  },
  "white space": {
    type: "invalid_request_error",
    code: null,
    message: "The last assistant message must not end with white space",
  },
  model: { type: "invalid_request_error", code: "model_not_found", message: "The model does not exist" },
};

/** OpenAI's Chat Completions. */
export const openAiWire: Wire = {
  path: "/v1/chat/completions",
  toAnswer: (model, content, usage) => ({
    id,
    object: "chat.completion",
    created,
    model,
    choices: [{ index: 0, message: { role: "assistant", content, refusal: null }, finish_reason: "stop" }],
    usage: toUsage(usage),
  }),
  toStart: (model) => toChunk(model, { role: "assistant", content: "" }),
  toPiece: (model, content) => toChunk(model, { content }),
  toEnd: (model, usage) =>
    toChunk(model, {}, "stop") + toEvent({ ...chunk(model), choices: [], usage: toUsage(usage) }),
  endMark: "data: [DONE]\n\n",
  toRefusal: (refusal) => ({
    status: refusalStatus[refusal],
    body: { error: { param: null, ...refusals[refusal] } },
  }),
};

const chunk = (model: string) => ({ id, object: "chat.completion.chunk", created, model });

function toChunk(model: string, delta: object, finishReason: string | null = null): string {
  return toEvent({ ...chunk(model), choices: [{ index: 0, delta, finish_reason: finishReason }] });
}

function toEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function toUsage({ input, output }: Usage) {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}
