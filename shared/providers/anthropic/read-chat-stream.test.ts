import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readChatStream } from "./read-chat-stream.ts";
import { toChatResult } from "./to-chat-result.ts";
import { toUsage } from "./to-usage.ts";

const recorded = readFileSync(new URL("fixtures/stream-thinking-tools.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("data: "))
  .map((line): { type: string } => JSON.parse(line.slice("data: ".length)));

async function* send(events: unknown[], end?: Error) {
  for (const event of events) yield [event];
  if (end) throw end;
}

async function read(events: unknown[], end?: Error) {
  const texts: string[] = [];
  const { signal } = new AbortController();
  const message = await readChatStream(send(events, end), { signal, onText: (text) => texts.push(text) });
  return { texts, message };
}

test("assembles a recorded stream: text without thoughts, tool calls, and the last word on usage", async () => {
  const { texts, message } = await read(recorded);
  expect(texts).toEqual(["Okay, let me", " check."]);
  expect(toChatResult(message)).toEqual({
    text: "Okay, let me check.",
    finishReason: "tool_calls",
    toolCalls: [
      { id: "toolu_01T1x1fJ34qAmk2tNTrN7Up6", name: "get_weather", arguments: '{"city": "Graz"}' },
      { id: "toolu_01NoInput", name: "noop", arguments: "{}" },
    ],
  });
  expect(toUsage(message.usage)).toEqual({
    inputTokens: 472,
    cacheWriteTokens: 20,
    cachedInputTokens: 300,
    outputTokens: 58,
    reasoningTokens: 31,
  });
});

test("is connection without a stop reason, however complete the rest looks", async () => {
  const cut = recorded.filter(({ type }) => type !== "message_delta" && type !== "message_stop");
  await expect(read(cut)).rejects.toMatchObject({ kind: "connection" });
  const open = recorded.filter(({ type }) => type !== "message_delta");
  await expect(read(open)).rejects.toMatchObject({ kind: "connection" });
});

test("is complete once its stop reason has come, whether message_stop does or the connection breaks", async () => {
  const unmarked = recorded.filter(({ type }) => type !== "message_stop");
  for (const end of [undefined, new TypeError("terminated")]) {
    const { message } = await read(unmarked, end);
    expect(message.stop_reason).toBe("tool_use");
    expect(toUsage(message.usage)).toMatchObject({ outputTokens: 58, reasoningTokens: 31 });
  }
});

test("passes on text that comes with the start of its block", async () => {
  const { texts, message } = await read([
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "He" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "llo" } },
    { type: "message_delta", delta: { stop_reason: "end_turn" } },
    { type: "message_stop" },
  ]);
  expect(texts.join("")).toBe("Hello");
  expect(toChatResult(message)).toEqual({ text: "Hello", finishReason: "stop" });
});

test("stops passing text on when its signal aborts", async () => {
  const abort = new AbortController();
  const texts: string[] = [];
  const onText = (text: string) => {
    texts.push(text);
    abort.abort();
  };
  const outcome = readChatStream(send(recorded), { signal: abort.signal, onText });
  await expect(outcome).rejects.toThrow();
  expect(texts).toEqual(["Okay, let me"]);
});
