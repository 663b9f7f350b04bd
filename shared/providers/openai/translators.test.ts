import { expect, test } from "vitest";
import { toFilename } from "./to-filename.ts";
import { toFinishReason } from "./to-finish-reason.ts";
import { toResponseFormat } from "./to-response-format.ts";
import { toUsage, VendorUsage } from "./to-usage.ts";

test.each([
  ["audio/mpeg", "audio.mp3"],
  ["audio/x-wav", "audio.wav"],
  ["audio/webm; codecs=opus", "audio.webm"],
  ["Audio/MP4", "audio.mp4"],
  ["application/octet-stream", "audio.mp3"],
])("names audio of type %s %s", (contentType, name) => {
  expect(toFilename(contentType)).toBe(name);
});

test.each([
  ["stop", false, "stop"],
  ["stop", true, "tool_calls"],
  ["length", true, "length"],
  ["function_call", false, "tool_calls"],
  ["content_filter", false, "content_filter"],
  ["end_of_days", false, "other"],
  [null, false, "other"],
] as const)("takes the finish reason %s (calls tools: %s) as %s", (reason, callsTools, expected) => {
  expect(toFinishReason(reason, callsTools)).toBe(expected);
});

test("keeps the classes of tokens disjoint even where a server counts more cached tokens than it read", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } };
  expect(toUsage(VendorUsage.parse(usage))).toEqual({
    inputTokens: 0,
    cachedInputTokens: 5,
    outputTokens: 1,
  });
});

test.each([undefined, null, "many", { prompt_tokens: -1 }])("counts nothing for the usage %j", (usage) => {
  expect(toUsage(VendorUsage.parse(usage))).toEqual({
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
  });
});

test("does not ask for text, which is what models write anyway", () => {
  expect(toResponseFormat({ type: "text" })).toBeUndefined();
  expect(toResponseFormat({ type: "json_object" })).toEqual({ type: "json_object" });
});
