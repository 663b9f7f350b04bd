import { expect, test } from "vitest";
import { totalTokens } from "../api/usage.ts";
import { readChatStream as readAnthropic } from "./anthropic/read-chat-stream.ts";
import { toUsage as fromAnthropic } from "./anthropic/to-usage.ts";
import { readChatStream as readGemini } from "./gemini/read-chat.ts";
import { toUsage as fromGemini } from "./gemini/to-usage.ts";
import { toUsage as fromOpenai, toImageUsage, VendorUsage } from "./openai/to-usage.ts";

/** What each vendor's pages say of its counts: which are parts of which. */

const listener = () => {
  const told: unknown[] = [];
  const signal = new AbortController().signal;
  return { told, signal, onText: () => {}, onUsage: (usage: unknown) => void told.push(usage) };
};

async function* cut<T>(...events: T[]) {
  yield* events;
  throw new Error("cut");
}

test("openai: every class is a part of the prompt's or the completion's total", () => {
  const usage = VendorUsage.parse({
    prompt_tokens: 100,
    completion_tokens: 50,
    prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10, audio_tokens: 5, image_tokens: 15 },
    completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 8, accepted_prediction_tokens: 3 },
  });
  expect(fromOpenai(usage)).toEqual({
    inputTokens: 30,
    cachedInputTokens: 40,
    cacheWriteTokens: 10,
    audioInputTokens: 5,
    imageInputTokens: 15,
    outputTokens: 12,
    reasoningTokens: 30,
    audioOutputTokens: 8,
  });
  expect(totalTokens(fromOpenai(usage))).toBe(150);
});

test("openai: details that make no sense do not cost the totals", () => {
  const usage = VendorUsage.parse({
    prompt_tokens: 7,
    completion_tokens: 2,
    prompt_tokens_details: { cached_tokens: "many" },
    completion_tokens_details: { reasoning_tokens: 9 },
  });
  expect(fromOpenai(usage)).toEqual({
    inputTokens: 7,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 2,
  });
});

test("openai: what an image model writes are images, unless it says what is text", () => {
  const counts = { input_tokens: 50, output_tokens: 100 };
  expect(toImageUsage(VendorUsage.parse(counts), 1)).toMatchObject({
    outputTokens: 0,
    imageOutputTokens: 100,
  });
  const details = { output_tokens_details: { text_tokens: 10, image_tokens: 90 } };
  expect(toImageUsage(VendorUsage.parse({ ...counts, ...details }), 1)).toEqual({
    inputTokens: 50,
    cachedInputTokens: 0,
    outputTokens: 10,
    imageOutputTokens: 90,
  });
});

test("openai: images without tokens count by the piece, transcriptions without them by the second", () => {
  expect(toImageUsage(undefined, 3)).toMatchObject({ images: 3, inputTokens: 0 });
  expect(fromOpenai(VendorUsage.parse({ seconds: 12.5 }))).toMatchObject({ seconds: 12.5, inputTokens: 0 });
  const both = VendorUsage.parse({ seconds: 12, input_tokens: 9, output_tokens: 1 });
  expect(fromOpenai(both)).toEqual({ inputTokens: 9, cachedInputTokens: 0, outputTokens: 1 });
});

test("anthropic: input is disjoint already, thoughts are a part of the output", () => {
  const usage = {
    input_tokens: 10,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 30,
    output_tokens: 9,
    output_tokens_details: { thinking_tokens: 5 },
  };
  expect(fromAnthropic(usage)).toEqual({
    inputTokens: 10,
    cacheWriteTokens: 20,
    cachedInputTokens: 30,
    outputTokens: 4,
    reasoningTokens: 5,
  });
  expect(totalTokens(fromAnthropic(usage))).toBe(69);
});

test("gemini: thoughts stand beside the answer, the cache and all modalities are parts", () => {
  const usage = {
    promptTokenCount: 100,
    cachedContentTokenCount: 30,
    promptTokensDetails: [
      { modality: "TEXT", tokenCount: 50 },
      { modality: "AUDIO", tokenCount: 30 },
      { modality: "IMAGE", tokenCount: 20 },
    ],
    cacheTokensDetails: [
      { modality: "AUDIO", tokenCount: 10 },
      { modality: "TEXT", tokenCount: 20 },
    ],
    candidatesTokenCount: 8,
    candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 3 }],
    thoughtsTokenCount: 4,
    toolUsePromptTokenCount: 5,
  };
  expect(fromGemini(usage)).toEqual({
    inputTokens: 35,
    cachedInputTokens: 30,
    audioInputTokens: 20,
    imageInputTokens: 20,
    outputTokens: 5,
    imageOutputTokens: 3,
    reasoningTokens: 4,
  });
  expect(totalTokens(fromGemini(usage))).toBe(117);
});

test("anthropic: a stream that is cut has told what was read", async () => {
  const heard = listener();
  const opening = { type: "message_start", message: { usage: { input_tokens: 12, output_tokens: 1 } } };
  await expect(readAnthropic(cut([opening]), heard)).rejects.toThrow();
  expect(heard.told).toEqual([{ inputTokens: 12, cachedInputTokens: 0, outputTokens: 1 }]);
});

test("gemini: a stream that is cut has told what was used so far", async () => {
  const heard = listener();
  const chunk = (candidatesTokenCount: number) => ({
    candidates: [{ content: { parts: [{ text: "a" }] } }],
    usageMetadata: { promptTokenCount: 6, candidatesTokenCount },
  });
  await expect(readGemini(cut(chunk(2), chunk(4)), heard)).rejects.toThrow();
  expect(heard.told.at(-1)).toEqual({ inputTokens: 6, cachedInputTokens: 0, outputTokens: 4 });
});
