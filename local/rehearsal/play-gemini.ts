import { z } from "zod";
import { type Conversation, type Rehearsed, rehearseChat } from "./rehearse-chat.ts";
import type { Play, PlayedAnswer, PlayedRequest } from "./start-played-server.ts";
import type { JsonSchema } from "./to-instance.ts";
import { toText } from "./to-text.ts";
import { toVector } from "./to-vector.ts";

const Schema = z.record(z.string(), z.unknown());
const Part = z.object({
  text: z.string().optional(),
  functionResponse: z.object({ response: z.unknown().optional() }).optional(),
});
const Content = z.object({ role: z.string().optional(), parts: z.array(Part).default([]) });
type Content = z.infer<typeof Content>;

const GenerateRequest = z.object({
  contents: z.array(Content).min(1),
  systemInstruction: Content.optional(),
  tools: z
    .array(
      z.object({
        functionDeclarations: z
          .array(
            z.object({
              name: z.string(),
              parameters: Schema.optional(),
              parametersJsonSchema: Schema.optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
  toolConfig: z
    .object({
      functionCallingConfig: z.object({
        mode: z.string().optional(),
        allowedFunctionNames: z.array(z.string()).optional(),
      }),
    })
    .optional(),
  generationConfig: z
    .object({
      responseMimeType: z.string().optional(),
      responseSchema: Schema.optional(),
      responseJsonSchema: Schema.optional(),
    })
    .optional(),
});
type GenerateRequest = z.infer<typeof GenerateRequest>;

const EmbedRequest = z.object({ content: Content, outputDimensionality: z.int().positive().optional() });
const BatchEmbedRequest = z.object({ requests: z.array(EmbedRequest).min(1) });

/** The Gemini API's generateContent and embedContent, streamed and in batches. A request it would refuse is refused. */
export function createGeminiPlay(): Play {
  let requests = 0;
  return (request) => {
    requests += 1;
    return playMethod(request, `rehearsal${requests}`);
  };
}

function playMethod({ method, url, json }: PlayedRequest, responseId: string): PlayedAnswer {
  const [, model, action] = /^\/v1(?:beta|alpha)?\/models\/([^/:]+):(\w+)$/.exec(url.pathname) ?? [];
  if (method !== "POST" || !model) return refuse(404, "NOT_FOUND");
  if (action === "generateContent") return playGenerate(json, { model, responseId }, false);
  if (action === "streamGenerateContent") return playGenerate(json, { model, responseId }, true);
  if (action === "batchEmbedContents")
    return playEmbed(BatchEmbedRequest.safeParse(json).data?.requests, model);
  if (action !== "embedContent") return refuse(404, "NOT_FOUND");
  const { data } = EmbedRequest.safeParse(json);
  return playEmbed(data && [data], model, true);
}

function refuse(code: number, status: string): PlayedAnswer {
  return {
    status: code,
    body: { error: { code, message: "The rehearsal does not know this request.", status } },
  };
}

function playEmbed(
  requests: z.infer<typeof EmbedRequest>[] | undefined,
  model: string,
  isSingle = false,
): PlayedAnswer {
  if (!requests) return refuse(400, "INVALID_ARGUMENT");
  const embeddings = requests.map(({ content, outputDimensionality }) => ({
    values: toVector(toText(content.parts), model, outputDimensionality),
  }));
  return { body: isSingle ? { embedding: embeddings[0] } : { embeddings } };
}

type Head = { model: string; responseId: string };

function playGenerate(body: unknown, head: Head, isStreamed: boolean): PlayedAnswer {
  const { data: request } = GenerateRequest.safeParse(body);
  if (!request) return refuse(400, "INVALID_ARGUMENT");
  const rehearsed = rehearseChat(toConversation(request, head.model));
  return { body: isStreamed ? toEvents(head, rehearsed) : toResponse(head, toParts(rehearsed), rehearsed) };
}

function toConversation(request: GenerateRequest, model: string): Conversation {
  const { contents, systemInstruction, tools, generationConfig } = request;
  const last = contents.at(-1);
  const declared = tools.flatMap(({ functionDeclarations }) => functionDeclarations);
  return {
    model,
    last: toLast(last),
    allText: toText([systemInstruction?.parts, contents.map(({ parts }) => parts)]),
    tools: declared.map(({ name, parameters, parametersJsonSchema }) => ({
      name,
      schema: parametersJsonSchema ?? parameters ?? {},
    })),
    toolChoice: toToolChoice(request.toolConfig?.functionCallingConfig),
    schema: toSchema(generationConfig),
  };
}

function toLast(last: Content | undefined): Conversation["last"] {
  const results = (last?.parts ?? []).flatMap(({ functionResponse }) => functionResponse ?? []);
  if (results.length > 0) return { role: "tool", text: JSON.stringify(results[0]?.response) };
  return { role: last?.role === "model" ? "assistant" : "user", text: toText(last?.parts) };
}

type CallingConfig = { mode?: string | undefined; allowedFunctionNames?: string[] | undefined };

function toToolChoice({ mode, allowedFunctionNames }: CallingConfig = {}): Conversation["toolChoice"] {
  const [name] = allowedFunctionNames ?? [];
  if (mode === "ANY") return name ? { name } : "required";
  return mode === "NONE" ? "none" : "auto";
}

function toSchema(config: GenerateRequest["generationConfig"]): JsonSchema | undefined {
  const schema = config?.responseJsonSchema ?? config?.responseSchema;
  return schema ?? (config?.responseMimeType === "application/json" ? {} : undefined);
}

type Part = { text: string } | { functionCall: { name: string; args: unknown } };

function toParts({ pieces, call }: Rehearsed): Part[] {
  if (call) return [{ functionCall: { name: call.name, args: call.arguments } }];
  return [{ text: pieces.join("") }];
}

/** Without `rehearsed`, a part of a stream that is not the last. */
function toResponse({ model, responseId }: Head, parts: Part[], rehearsed?: Rehearsed): object {
  const candidate = { content: { role: "model", parts }, index: 0 };
  const head = { modelVersion: model, responseId };
  if (!rehearsed) return { candidates: [candidate], ...head };
  const { inputTokens, outputTokens } = rehearsed;
  const usageMetadata = {
    promptTokenCount: inputTokens,
    candidatesTokenCount: outputTokens,
    totalTokenCount: inputTokens + outputTokens,
  };
  return { candidates: [{ ...candidate, finishReason: "STOP" }], usageMetadata, ...head };
}

/** The last piece comes with the finish reason, as Gemini sends it. */
function toEvents(head: Head, rehearsed: Rehearsed): string[] {
  const parts: Part[] = rehearsed.call ? toParts(rehearsed) : rehearsed.pieces.map((text) => ({ text }));
  return parts.map((part, n) => {
    const isLast = n === parts.length - 1;
    return `data: ${JSON.stringify(toResponse(head, [part], isLast ? rehearsed : undefined))}\r\n\r\n`;
  });
}
