import type { OpenAI } from "openai";
import { z } from "zod";
import type { Clock } from "../../shared/core/clock.ts";
import { playOpenAiChat } from "./play-openai-chat.ts";
import { countTokens, rehearseChat } from "./rehearse-chat.ts";
import type { Play, PlayedAnswer, PlayedRequest } from "./start-played-server.ts";
import { toPicture } from "./to-picture.ts";
import { toSound } from "./to-sound.ts";
import { toVector } from "./to-vector.ts";

type PlayRoute = (
  request: PlayedRequest,
  id: string,
  created: number,
) => PlayedAnswer | undefined | Promise<PlayedAnswer | undefined>;

const routes: Record<string, PlayRoute> = {
  "POST /v1/chat/completions": ({ json }, id, created) => playOpenAiChat(json, `chatcmpl-${id}`, created),
  "POST /v1/completions": ({ json }, id, created) => playCompletion(json, `cmpl-${id}`, created),
  "POST /v1/embeddings": ({ json }) => playEmbedding(json),
  "POST /v1/images/generations": ({ json }, _id, created) => playImages(json, created),
  "POST /v1/audio/speech": ({ json }) => playSpeech(json),
  "POST /v1/audio/transcriptions": playTranscription,
};

/** OpenAI's API as far as Conea uses it. A request that it would refuse is refused, with its error's shape. */
export function createOpenAiPlay(clock: Clock): Play {
  let requests = 0;
  return async (request) => {
    requests += 1;
    const route = routes[`${request.method} ${request.url.pathname}`];
    const id = `rehearsal${requests}`;
    const answer = route
      ? ((await route(request, id, Math.floor(clock.now() / 1000))) ?? refuse(400, "The request is invalid."))
      : refuse(404, `Unknown request URL: ${request.method} ${request.url.pathname}.`);
    return { ...answer, headers: { "x-request-id": `req_${id}`, ...answer.headers } };
  };
}

function refuse(status: number, message: string, param: string | null = null): PlayedAnswer {
  return { status, body: { error: { message, type: "invalid_request_error", param, code: null } } };
}

const CompletionRequest = z.object({
  model: z.string(),
  prompt: z.string(),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
});

function playCompletion(body: unknown, id: string, created: number): PlayedAnswer | undefined {
  const { data: request } = CompletionRequest.safeParse(body);
  if (!request) return undefined;
  const { model, prompt } = request;
  const last = { role: "user" as const, text: prompt };
  const asked = { model, last, allText: prompt, tools: [], toolChoice: "none" as const, schema: undefined };
  const { pieces, inputTokens, outputTokens } = rehearseChat(asked);
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
  const head = { id, object: "text_completion", created, model };
  const toChoice = (text: string, finish_reason: "stop" | null) => ({
    index: 0,
    text,
    logprobs: null,
    finish_reason,
  });
  if (!request.stream) return { body: { ...head, choices: [toChoice(pieces.join(""), "stop")], usage } };
  const toEvent = (rest: object) => `data: ${JSON.stringify({ ...head, ...rest })}\n\n`;
  const events = [
    ...pieces.map((text) => toEvent({ choices: [toChoice(text, null)] })),
    toEvent({ choices: [toChoice("", "stop")] }),
    ...(request.stream_options?.include_usage ? [toEvent({ choices: [], usage })] : []),
    "data: [DONE]\n\n",
  ];
  return { body: events };
}

const EmbeddingRequest = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string())]),
  dimensions: z.int().positive().optional(),
});

function playEmbedding(body: unknown): PlayedAnswer | undefined {
  const { data: request } = EmbeddingRequest.safeParse(body);
  if (!request) return undefined;
  const { model, dimensions } = request;
  const inputs = [request.input].flat();
  const tokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
  const data = inputs.map((text, index) => ({
    object: "embedding" as const,
    index,
    embedding: toVector(text, model, dimensions),
  }));
  const answer: OpenAI.CreateEmbeddingResponse = {
    object: "list",
    data,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
  return { body: answer };
}

const ImagesRequest = z.object({ prompt: z.string(), n: z.int().min(1).max(10).default(1) });

/** Always PNG, whatever format was asked for, and says so. */
function playImages(body: unknown, created: number): PlayedAnswer | undefined {
  const { data: request } = ImagesRequest.safeParse(body);
  if (!request) return undefined;
  const data = Array.from({ length: request.n }, (_, n) => ({
    b64_json: toPicture(`${request.prompt} ${n}`).toString("base64"),
  }));
  const input_tokens = countTokens(request.prompt);
  const output_tokens = 272 * request.n;
  const answer: OpenAI.ImagesResponse = {
    created,
    data,
    output_format: "png",
    usage: {
      input_tokens,
      input_tokens_details: { text_tokens: input_tokens, image_tokens: 0 },
      output_tokens,
      total_tokens: input_tokens + output_tokens,
    },
  };
  return { body: answer };
}

const SpeechRequest = z.object({ input: z.string(), response_format: z.string().default("mp3") });

function playSpeech(body: unknown): PlayedAnswer | undefined {
  const { data: request } = SpeechRequest.safeParse(body);
  if (!request) return undefined;
  const sound = toSound(request.response_format);
  if (!sound) return refuse(400, "The rehearsal speaks mp3, wav and pcm.", "response_format");
  return { headers: { "content-type": sound.contentType }, body: sound.content };
}

async function playTranscription({ body, contentType }: PlayedRequest): Promise<PlayedAnswer | undefined> {
  const form = await new Response(body, { headers: { "content-type": contentType } })
    .formData()
    .catch(() => undefined);
  const file = form?.get("file");
  if (!(file instanceof File)) return undefined;
  const text = `This is a rehearsal of ${form?.get("model")}. It was given ${file.size} bytes of audio.`;
  const tokens = { input_tokens: countTokens("x".repeat(file.size)), output_tokens: countTokens(text) };
  const answer: OpenAI.Audio.Transcription = {
    text,
    usage: { type: "tokens", ...tokens, total_tokens: tokens.input_tokens + tokens.output_tokens },
  };
  return { body: answer };
}
