import { expect } from "vitest";
import type { FinishReason, ToolCall } from "../../api/chat.ts";
import { readTokens, totalTokens } from "../../api/usage.ts";
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
import { createGemini } from "./gemini.ts";

const finishReasons: Record<FinishReason, string> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  // The vendor has no word of its own for it.
  tool_calls: "STOP",
  content_filter: "SAFETY",
  other: "OTHER",
};

function toUsage({ usage }: WireChat) {
  return {
    promptTokenCount: readTokens(usage),
    cachedContentTokenCount: usage.cachedInputTokens,
    candidatesTokenCount: usage.outputTokens,
    thoughtsTokenCount: usage.reasoningTokens ?? 0,
    totalTokenCount: totalTokens(usage),
  };
}

/** As Gemini 2.5 does, without an id. */
function toCallPart({ name, arguments: text }: ToolCall) {
  return { functionCall: { name, args: JSON.parse(text) as unknown } };
}

function toResponse(answer: WireChat, parts: object[], rest: object = {}): object {
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...rest }],
    modelVersion: "gemini-2.5-flash",
    responseId: answer.requestId,
  };
}

function toWhole(answer: WireChat): object {
  const text = answer.pieces.join("");
  const parts = [...(text ? [{ text }] : []), ...(answer.toolCalls ?? []).map(toCallPart)];
  const response = toResponse(answer, parts, { finishReason: finishReasons[answer.finishReason] });
  return { ...response, usageMetadata: toUsage(answer) };
}

function toEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\r\n\r\n`;
}

type Part = {
  text?: string;
  inlineData?: { mimeType: string; data: string };
  fileData?: { fileUri: string };
  functionCall?: { name: string; args: unknown };
  functionResponse?: { name: string; response: { output: unknown } };
};
type Body = {
  contents: { role: "user" | "model"; parts: Part[] }[];
  systemInstruction?: { parts: { text: string }[] };
  tools?: { functionDeclarations: { name: string }[] }[];
  toolConfig?: { functionCallingConfig: { mode: string; allowedFunctionNames?: string[] } };
  generationConfig?: {
    responseJsonSchema?: { properties: object };
    temperature?: number;
    topP?: number;
    maxOutputTokens?: number;
    stopSequences?: string[];
  };
};

function understand({ path, json }: SeenRequest): Understood {
  const [, model = "", method] = /models\/(.+):(\w+)/.exec(path) ?? [];
  const { contents, systemInstruction, tools, toolConfig, generationConfig } = json as Body;
  const {
    responseJsonSchema: schema,
    temperature,
    topP,
    maxOutputTokens,
    stopSequences,
  } = generationConfig ?? {};
  const system = systemInstruction?.parts.map(({ text }) => text).join("\n");
  return {
    model,
    streamed: method === "streamGenerateContent",
    ...(system && { system }),
    turns: contents.flatMap(toTurns),
    ...(tools && { tools: tools.flatMap(({ functionDeclarations: all }) => all.map(({ name }) => name)) }),
    ...(toolConfig && { toolChoice: toChoice(toolConfig.functionCallingConfig) }),
    ...(schema && { schemaProperties: Object.keys(schema.properties) }),
    sampling: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      ...(stopSequences && { stop: stopSequences }),
    },
  };
}

function toTurns({ role, parts }: Body["contents"][number]): Turn[] {
  const results = parts.flatMap(({ functionResponse }) => (functionResponse ? [functionResponse] : []));
  if (results.length > 0)
    return results.map(({ response }) => ({ role: "tool", text: toText(response.output) }));
  const text = parts.map((part) => part.text ?? "").join("");
  const images = parts.flatMap(({ inlineData }) =>
    inlineData ? [`data:${inlineData.mimeType};base64,${inlineData.data}`] : [],
  );
  const toolCalls = parts.flatMap(({ functionCall: call }) =>
    call ? [{ name: call.name, arguments: call.args }] : [],
  );
  return [
    {
      role: role === "model" ? "assistant" : "user",
      ...(text && { text }),
      ...(images.length > 0 && { images }),
      ...(toolCalls.length > 0 && { toolCalls }),
    },
  ];
}

function toText(output: unknown): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}

function toChoice({
  mode,
  allowedFunctionNames: [name] = [],
}: {
  mode: string;
  allowedFunctionNames?: string[];
}) {
  if (name) return { name };
  return mode === "ANY" ? "required" : (mode.toLowerCase() as "auto" | "none");
}

const statuses: Partial<Record<ProviderErrorKind, string>> = {
  rate_limited: "RESOURCE_EXHAUSTED",
  overloaded: "UNAVAILABLE",
  authentication: "PERMISSION_DENIED",
  model_not_found: "NOT_FOUND",
};

function toError({ kind, status, message }: WireFailure): object {
  const sentence = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).";
  const told = kind === "context_too_long" ? `${sentence} ${message}` : message;
  return { error: { code: status, message: told, status: statuses[kind] ?? "INVALID_ARGUMENT" } };
}

function failure(failure: WireFailure): Reply {
  return { status: failure.status, body: toError(failure) };
}

const chat: ChatWire = {
  model: "gemini-2.5-flash",
  whole: (answer) => ({ body: toWhole(answer) }),
  stream: (answer) => ({
    headers: { "content-type": "text/event-stream" },
    events: [
      ...answer.pieces.map((text) => toEvent(toResponse(answer, [{ text }]))),
      ...(answer.toolCalls ?? []).map((call) => toEvent(toResponse(answer, [toCallPart(call)]))),
    ],
    terminal: [toEvent(toWhole({ ...answer, pieces: [], toolCalls: [] }))],
  }),
  understand,
  errorEvent: (failure) => toEvent(toError(failure)),
};

const limited = {
  code: 429,
  message: "You exceeded your current quota. Please retry in 53.016342224s.",
  status: "RESOURCE_EXHAUSTED",
  details: [
    { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaValue: "10" }] },
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "53.5s" },
  ],
};

/** Gemini's side of the provider contract. */
export const geminiWire: VendorWire = {
  create: createGemini,
  failure,
  // It refuses content with a 200 and a block reason instead.
  neverSends: ["content_refused"],
  waits: [{ name: "RetryInfo", reply: { status: 429, body: { error: limited } }, retryAfterMs: 53_500 }],
  environment: {
    GOOGLE_API_KEY: "leaked-google-key",
    GOOGLE_GENAI_USE_VERTEXAI: "true",
    GOOGLE_GENAI_USE_ENTERPRISE: "true",
    GOOGLE_GEMINI_BASE_URL: "http://127.0.0.1:9/leaked",
    GOOGLE_VERTEX_BASE_URL: "http://127.0.0.1:9/leaked-vertex",
    GOOGLE_GENAI_API_VERSION: "v1leaked",
    GOOGLE_CLOUD_PROJECT: "leaked-project",
    GOOGLE_CLOUD_LOCATION: "leaked-location",
  },
  chat,
  calls: {
    embedding: {
      model: "gemini-embedding-001",
      input: { input: ["one", "two"], dimensions: 2 },
      reply: { body: { embeddings: [{ values: [0.5, -0.25] }, { values: [0.125, 1] }] } },
      result: {
        embeddings: [
          { index: 0, values: [0.5, -0.25] },
          { index: 1, values: [0.125, 1] },
        ],
      },
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
      saw: ({ path, json }) => {
        expect(path).toBe("/v1beta/models/gemini-embedding-001:batchEmbedContents");
        const request = (text: string) => ({
          model: "models/gemini-embedding-001",
          content: { role: "user", parts: [{ text }] },
          outputDimensionality: 2,
        });
        expect(json).toEqual({ requests: [request("one"), request("two")] });
      },
    },
  },
};
