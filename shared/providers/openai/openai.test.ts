import { expect } from "vitest";
import { describeProvider } from "../provider.contract.ts";
import { indiscreet, planted } from "../provider-call.fixture.ts";
import type { SeenRequest } from "../scripted-vendor.fixture.ts";
import { createOpenAi } from "./openai.ts";
import { readFixture, toErrorBody, toFailure, toStream, toWhole, understand } from "./openai-wire.fixture.ts";

const usage = { inputTokens: 5, cachedInputTokens: 0, outputTokens: 7 };
const headers = { "x-request-id": "req_1" };
const requestId = "req_1";
const json = (name: string) => JSON.parse(readFixture(name));
const png = Buffer.from(json("image.json").data[0].b64_json, "base64");
const sound = new Uint8Array([0xff, 0xf3, 0x44, 0xc4, 0, 1, 2]);

describeProvider("openai", {
  create: createOpenAi,
  basePath: "/v1",
  failure: toFailure,
  waits: [
    {
      name: "milliseconds",
      reply: {
        ...toFailure({ kind: "rate_limited", status: 429, message: indiscreet }),
        headers: { "retry-after-ms": "1234.5", "retry-after": "2" },
      },
      retryAfterMs: 1_235,
    },
  ],
  rateLimits: {
    headers: {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-remaining-tokens": "149984",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-reset-tokens": "6m0s",
    },
    says: { requestsLeft: 59, requestsResetMs: 1_000, tokensLeft: 149_984, tokensResetMs: 360_000 },
  },
  environment: {
    OPENAI_API_KEY: planted.environment,
    OPENAI_ADMIN_KEY: planted.environment,
    OPENAI_BASE_URL: `http://127.0.0.1:1/${planted.environment}`,
    OPENAI_ORG_ID: planted.environment,
    OPENAI_PROJECT_ID: planted.environment,
    OPENAI_CUSTOM_HEADERS: `Authorization: Bearer ${planted.environment}\nX-Custom: ${planted.environment}`,
    OPENAI_LOG: "debug",
  },
  chat: {
    model: "gpt-5",
    whole: toWhole,
    stream: toStream,
    understand,
    errorEvent: ({ kind, message }) => `data: ${JSON.stringify(toErrorBody(kind, message))}\n\n`,
  },
  calls: {
    completion: {
      model: "gpt-3.5-turbo-instruct",
      input: {
        prompt: planted.prompt,
        suffix: "!",
        maxOutputTokens: 7,
        temperature: 0,
        stop: ["END"],
        seed: 1,
      },
      reply: { headers, body: json("completion.json") },
      result: { text: "\n\nThis is indeed a test", finishReason: "length" },
      usage,
      requestId,
      saw: ({ path, json }) => {
        expect(path).toBe("/v1/completions");
        expect(json).toEqual({
          model: "gpt-3.5-turbo-instruct",
          prompt: planted.prompt,
          suffix: "!",
          max_tokens: 7,
          temperature: 0,
          stop: ["END"],
          seed: 1,
        });
      },
    },
    embedding: {
      model: "text-embedding-3-small",
      input: { input: [planted.prompt, "two"], dimensions: 3 },
      reply: { headers, body: json("embedding.json") },
      result: {
        embeddings: [
          { index: 0, values: [0.0023064255, -0.009327292, -0.0028842222] },
          { index: 1, values: [0.25, -0.5, 0.125] },
        ],
      },
      usage: { inputTokens: 8, cachedInputTokens: 0, outputTokens: 0 },
      requestId,
      saw: ({ path, json }) => {
        expect(path).toBe("/v1/embeddings");
        expect(json).toEqual({
          model: "text-embedding-3-small",
          input: [planted.prompt, "two"],
          dimensions: 3,
          encoding_format: "float",
        });
      },
    },
    image_generation: {
      model: "gpt-image-2",
      input: { prompt: planted.prompt, count: 1, size: "1024x1024", quality: "low", format: "png" },
      reply: { headers, body: json("image.json") },
      result: { images: [{ file: { content: new Uint8Array(png), contentType: "image/png" } }] },
      usage: {
        inputTokens: 10,
        imageInputTokens: 40,
        cachedInputTokens: 0,
        outputTokens: 0,
        imageOutputTokens: 50,
      },
      requestId,
      saw: ({ path, json }) => {
        expect(path).toBe("/v1/images/generations");
        expect(json).toEqual({
          model: "gpt-image-2",
          prompt: planted.prompt,
          n: 1,
          size: "1024x1024",
          quality: "low",
          output_format: "png",
        });
      },
    },
    speech: {
      model: "gpt-4o-mini-tts",
      input: { text: planted.prompt, voice: "coral", format: "mp3", speed: 1.5, instructions: "Warmly." },
      reply: { headers: { ...headers, "content-type": "audio/mpeg" }, body: sound },
      result: { file: { content: sound, contentType: "audio/mpeg" } },
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, characters: 34 },
      requestId,
      saw: ({ path, json }) => {
        expect(path).toBe("/v1/audio/speech");
        expect(json).toEqual({
          model: "gpt-4o-mini-tts",
          input: planted.prompt,
          voice: "coral",
          response_format: "mp3",
          speed: 1.5,
          instructions: "Warmly.",
        });
      },
    },
    transcription: {
      model: "gpt-4o-mini-transcribe",
      input: {
        audio: { data: Buffer.from(sound).toString("base64"), contentType: "audio/mpeg" },
        language: "pt-BR",
        prompt: planted.prompt,
      },
      reply: { headers, body: json("transcription.json") },
      result: { text: json("transcription.json").text },
      usage: { inputTokens: 0, audioInputTokens: 14, cachedInputTokens: 0, outputTokens: 45 },
      requestId,
      saw: sawAudio,
    },
  },
});

async function sawAudio({ path, headers, bytes }: SeenRequest): Promise<void> {
  expect(path).toBe("/v1/audio/transcriptions");
  const type = { "content-type": headers["content-type"] ?? "" };
  const form = await new Response(new Uint8Array(bytes), { headers: type }).formData();
  const file = form.get("file") as File;
  expect(file.name).toBe("audio.mp3");
  expect(file.type).toBe("audio/mpeg");
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(sound);
  expect(form.get("language")).toBe("pt");
  expect(form.get("model")).toBe("gpt-4o-mini-transcribe");
}
