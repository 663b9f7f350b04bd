import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readChat, readChatStream } from "./read-chat.ts";
import { toChatResult } from "./to-chat-result.ts";
import { toFinishReason } from "./to-finish-reason.ts";
import { toUsage } from "./to-usage.ts";

function recorded(name: string) {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));
}

async function* send(chunks: unknown[], end?: Error) {
  yield* chunks;
  if (end) throw end;
}

async function stream(chunks: unknown[], end?: Error) {
  const texts: string[] = [];
  const { signal } = new AbortController();
  const onText = (text: string) => texts.push(text);
  const spoken = await readChatStream(send(chunks, end), { signal, onText });
  return { texts, spoken };
}

test("reads a recorded answer: its text without thoughts, and its usage with them apart", () => {
  const spoken = readChat(recorded("response"));
  expect(toChatResult(spoken)).toEqual({ text: "The capital of Styria is Graz.", finishReason: "stop" });
  expect(toUsage(spoken.usage)).toEqual({
    inputTokens: 89,
    cachedInputTokens: 1_920,
    outputTokens: 8,
    reasoningTokens: 44,
  });
});

test("keeps the vendor's ids of parallel calls, with the signature the first one carries", () => {
  const spoken = readChat(recorded("response-tools"));
  expect(toChatResult(spoken)).toEqual({
    text: "",
    finishReason: "tool_calls",
    toolCalls: [
      {
        id: "yf8vrq2g__thought__EpYGCpMGAb4-9vsCH0Zz-Q",
        name: "get_weather",
        arguments: '{"city":"Graz"}',
      },
      { id: "qw1p0zzh", name: "get_weather", arguments: '{"city":"Linz"}' },
    ],
  });
  expect(toUsage(spoken.usage)).toEqual({
    inputTokens: 96,
    cachedInputTokens: 0,
    outputTokens: 34,
    reasoningTokens: 86,
  });
});

test("makes ids where the vendor gives none: the same for the same answer, others for another", () => {
  const ids = (responseId: string) => {
    const parts = [{ functionCall: { name: "noop" } }, { functionCall: { name: "noop" } }];
    const candidates = [{ content: { parts }, finishReason: "STOP" }];
    return toChatResult(readChat({ candidates, responseId })).toolCalls?.map(({ id }) => id) ?? [];
  };
  expect(ids("a")).toEqual(ids("a"));
  expect(new Set([...ids("a"), ...ids("b")]).size).toBe(4);
});

test("is content_refused when the vendor would not take the prompt, whole or streamed", async () => {
  const blocked = recorded("response-blocked");
  const refused = {
    kind: "content_refused",
    requestId: "Kw-taJ7rN4jmz7IPwqGqiAE",
    message: expect.stringContaining("code PROHIBITED_CONTENT"),
  };
  expect(() => readChat(blocked)).toThrow(expect.objectContaining(refused));
  await expect(stream([blocked])).rejects.toMatchObject(refused);
});

test("is an answer with content_filter when the vendor stops in the middle, with what was said before", () => {
  const candidates = [{ content: { parts: [{ text: "Well," }] }, finishReason: "SAFETY" }];
  expect(toChatResult(readChat({ candidates }))).toEqual({ text: "Well,", finishReason: "content_filter" });
  expect(toChatResult(readChat({ candidates: [{ finishReason: "RECITATION" }] })).text).toBe("");
});

test("assembles a recorded stream", async () => {
  const { texts, spoken } = await stream(recorded("stream"));
  expect(texts).toEqual(["The capital of", " Styria is Graz."]);
  expect(toChatResult(spoken)).toEqual({ text: "The capital of Styria is Graz.", finishReason: "stop" });
  expect(toUsage(spoken.usage)).toEqual({
    inputTokens: 12,
    cachedInputTokens: 0,
    outputTokens: 8,
    reasoningTokens: 48,
  });
  expect(spoken.responseId).toBe("2gqtaOn5");
});

test("is connection when a stream ends without a finish reason", async () => {
  await expect(stream(recorded("stream").slice(0, -1))).rejects.toMatchObject({ kind: "connection" });
});

test("is complete once the finish reason has come, even when the connection then breaks", async () => {
  const { spoken } = await stream(recorded("stream"), new TypeError("terminated"));
  expect(spoken.finishReason).toBe("STOP");
});

test.each([
  ["STOP", "stop"],
  ["FUNCTION_CALL", "tool_calls"],
  ["MAX_TOKENS", "length"],
  ["CONTINUATION", "length"],
  ["SAFETY", "content_filter"],
  ["SPII", "content_filter"],
  ["MALFORMED_FUNCTION_CALL", "other"],
  ["A_REASON_OF_NEXT_YEAR", "other"],
  [undefined, "other"],
])("calls the finish reason %s %s", (reason, expected) => {
  expect(toFinishReason(reason, false)).toBe(expected);
});

test("never counts less than nothing", () => {
  expect(toUsage({ promptTokenCount: 1, cachedContentTokenCount: 3 }).inputTokens).toBe(0);
  expect(toUsage(null)).toEqual({ inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 });
});
