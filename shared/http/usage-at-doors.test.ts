import { expect, test } from "vitest";
import type { ChatResult } from "../api/chat.ts";
import type { Attempt, Usage } from "../api/task.ts";
import { aTask } from "../tasks/task.fixture.ts";
import { toMessage } from "./anthropic/to-message.ts";
import { toChatCompletion } from "./openai/to-chat-completion.ts";
import { toEmbeddingList } from "./openai/to-embedding-list.ts";

/** What clients are told of tokens are the vendors' own totals, made of Conea's disjoint classes. */

const usage: Usage = {
  inputTokens: 1,
  cachedInputTokens: 2,
  cacheWriteTokens: 4,
  audioInputTokens: 8,
  imageInputTokens: 16,
  outputTokens: 32,
  reasoningTokens: 64,
  audioOutputTokens: 128,
};
const result: ChatResult = { text: "Hi", finishReason: "stop" };
const anAttempt = (n: number, changes: Partial<Attempt>): Attempt => ({
  n,
  provider: "main",
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:00:01.000Z",
  outcome: "succeeded",
  ...changes,
});

test("openai: the totals include every class, and the details name them", () => {
  expect(toChatCompletion(aTask({ usage }), result).usage).toEqual({
    prompt_tokens: 31,
    completion_tokens: 224,
    total_tokens: 255,
    prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 4, audio_tokens: 8, image_tokens: 16 },
    completion_tokens_details: { reasoning_tokens: 64, audio_tokens: 128 },
  });
});

test("openai: details of which there is nothing are left out, but for the cache's", () => {
  const plain = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 };
  expect(toChatCompletion(aTask({ usage: plain }), result).usage).toEqual({
    prompt_tokens: 3,
    completion_tokens: 5,
    total_tokens: 8,
    prompt_tokens_details: { cached_tokens: 0 },
  });
});

test("anthropic: input stays disjoint, output includes the thoughts", () => {
  expect(toMessage(aTask({ usage }), result).usage).toMatchObject({
    input_tokens: 25,
    cache_creation_input_tokens: 4,
    cache_read_input_tokens: 2,
    output_tokens: 224,
    output_tokens_details: { thinking_tokens: 64 },
  });
});

test("a client is told what its answer took, not what attempts before it did", () => {
  const own = { inputTokens: 3, cachedInputTokens: 0, outputTokens: 5 };
  const attempts = [anAttempt(1, { outcome: "failed", usage }), anAttempt(2, { usage: own })];
  const task = aTask({ attempts, usage });
  expect(toChatCompletion(task, result).usage.total_tokens).toBe(8);
  expect(toMessage(task, result).usage).toMatchObject({ input_tokens: 3, output_tokens: 5 });
  expect(toEmbeddingList(task, { embeddings: [] }).usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
});
