import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readAnswer } from "../read-answer.ts";
import { toChatResult } from "./to-chat-result.ts";
import { toFinishReason } from "./to-finish-reason.ts";
import { toUsage } from "./to-usage.ts";
import { VendorMessage } from "./vendor-message.ts";

function read(name: string): VendorMessage {
  const json = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8");
  return readAnswer(VendorMessage, JSON.parse(json));
}

test("reads a recorded message", () => {
  const message = read("message");
  expect(toChatResult(message)).toEqual({ text: "The capital of Styria is Graz.", finishReason: "stop" });
  expect(toUsage(message.usage)).toEqual({ inputTokens: 14, cachedInputTokens: 0, outputTokens: 12 });
});

test("reads text and tool calls, and leaves thoughts alone", () => {
  const message = read("message-thinking-tools");
  expect(toChatResult(message)).toEqual({
    text: "I will look both up.",
    finishReason: "tool_calls",
    toolCalls: [
      { id: "toolu_01D7FLrfh4GYq7yT1ULFeyMV", name: "get_weather", arguments: '{"city":"Graz"}' },
      { id: "toolu_01A09q90qw90lq917835lq9", name: "noop", arguments: "{}" },
    ],
  });
});

test("keeps apart what was read anew, written to the cache and read from it, and thoughts from the answer", () => {
  const { usage } = read("message-thinking-tools");
  expect(toUsage(usage)).toEqual({
    inputTokens: 27,
    cacheWriteTokens: 1_200,
    cachedInputTokens: 5_321,
    outputTokens: 71,
    reasoningTokens: 92,
  });
  expect(toUsage(undefined)).toEqual({ inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 });
});

test("gives the vendor's explanation of a refusal", () => {
  expect(toChatResult(read("message-refusal"))).toEqual({
    text: "",
    finishReason: "content_filter",
    refusal: "The request could enable cyber harm.",
  });
});

test.each([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
  ["pause_turn", "other"],
  ["a reason of next year", "other"],
  [null, "other"],
])("calls the stop reason %s %s", (reason, expected) => {
  expect(toFinishReason(reason)).toBe(expected);
});
