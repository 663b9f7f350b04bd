import { describe, expect, it } from "vitest";
import type { Provider } from "../../shared/providers/provider.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { hello, openDoor, readFrames } from "./openai.fixture.ts";
import { paced } from "./paced.fixture.ts";

const path = "/openai/v1/chat/completions";
const usage = { inputTokens: 3, cachedInputTokens: 4, outputTokens: 5 };

describe("a stream", () => {
  const decoder = new TextDecoder();

  it("sends a piece before anything of it is stored", async () => {
    const { provider, calls, end } = paced();
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body: { ...hello, stream: true } });
    await door.clock.advance(10);
    const stored = Promise.withResolvers<void>();
    const { documents } = door.embedded.platform;
    const { commit } = documents;
    documents.commit = (writes) => stored.promise.then(() => commit(writes));
    calls[0]?.onText?.("Hel");
    const reader = (await answer).body?.getReader();
    const first = decoder.decode((await reader?.read())?.value);
    stored.resolve();
    expect(first).toMatch(/^data: \{.*"delta":\{"role":"assistant".*\n\ndata: \{.*"content":"Hel".*\n\n$/);
    calls[0]?.onText?.("lo");
    expect(decoder.decode((await reader?.read())?.value)).toContain('"content":"lo"');
    end("Hello");
    await door.clock.advance(10);
    expect(decoder.decode((await reader?.read())?.value)).toMatch(
      /"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/,
    );
    expect((await reader?.read())?.done).toBe(true);
  });

  it("is framed as OpenAI frames it", async () => {
    const { chat } = await openDoor();
    const response = await chat({ stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const frames = await readFrames(response);
    expect(frames.at(-1)).toBe("[DONE]");
    const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame));
    expect(chunks.every(({ object }) => object === "chat.completion.chunk")).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 8 } });
  });

  it("begins after thirty silent seconds, and is kept open by comments", async () => {
    const { provider, end } = paced();
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body: { ...hello, stream: true } });
    await door.clock.advance(31_000);
    const response = await answer;
    expect(response.status).toBe(200);
    const text = response.text();
    await door.clock.advance(40_000);
    end("Late");
    await door.clock.advance(10);
    expect((await text).match(/^: keep-alive$/gm)).toHaveLength(2);
    expect(await text).toContain('"content":"Late"');
  });

  /** Each attempt writes its pieces and then fails, but for the last one. */
  function breaking(...attempts: string[][]): Provider {
    let calls = 0;
    return {
      chat: async ({ onText }) => {
        const pieces = attempts[calls++] ?? [];
        for (const piece of pieces) onText?.(piece);
        if (calls < attempts.length) throw new ProviderError("connection");
        return { result: { text: pieces.join(""), finishReason: "stop" }, usage };
      },
    };
  }

  async function stream(provider: Provider, more: object = {}) {
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body: { ...hello, stream: true, ...more } });
    await door.clock.advance(100);
    const frames = readFrames(await answer);
    await door.clock.advance(60_000);
    const parsed = (await frames).filter((frame) => frame !== "[DONE]").map((frame) => JSON.parse(frame));
    const text = parsed.map(({ choices }) => choices?.[0]?.delta?.content ?? "").join("");
    return { text, isDone: (await frames).at(-1) === "[DONE]", last: parsed.at(-1) };
  }

  it("goes on where another attempt says the same, and is whole", async () => {
    const { text, isDone } = await stream(breaking(["one two ", "thr"], ["one ", "two three ", "four"]));
    expect([text, isDone]).toEqual(["one two three four", true]);
  });

  const start = "Queues are the plumbing of every system that has to wait for something. ";
  const again =
    "Lines are old. Queues are the plumbing of every system that has to wait for something. So: wait.";

  it("joins another text where the end of what was sent comes in it", async () => {
    const { text, isDone } = await stream(breaking([start], [again]));
    expect([text, isDone]).toEqual([`${start}So: wait.`, true]);
  });

  it("never joins structured output of two attempts: it ends with an error", async () => {
    const response_format = { type: "json_object" };
    const { text, isDone, last } = await stream(breaking([start], [again]), { response_format });
    expect([text, isDone]).toEqual([start, false]);
    expect(last.error.code).toBe("stream_interrupted");
  });

  it("ends with an error where the texts have nothing in common", async () => {
    const { text, isDone, last } = await stream(breaking(["Once upon a time"], ["It was a dark night."]));
    expect([text, isDone]).toEqual(["Once upon a time", false]);
    expect(last.error.code).toBe("stream_interrupted");
  });
});

describe("tool calls in a stream", () => {
  const tools = [{ type: "function", function: { name: "f" } }];
  const toolCalls = [
    { id: "a", name: "f", arguments: '{"x":1}' },
    { id: "b", name: "f", arguments: "{}" },
  ];

  it("come once the attempt has succeeded, each under its index", async () => {
    let calls = 0;
    const provider: Provider = {
      chat: async () => {
        calls += 1;
        if (calls === 1) throw new ProviderError("connection");
        return { result: { text: "", finishReason: "tool_calls", toolCalls }, usage };
      },
    };
    const door = await openDoor({ provider });
    const { answer } = await door.begin(path, { body: { ...hello, tools, stream: true } });
    await door.clock.advance(60_000);
    const chunks = (await readFrames(await answer)).slice(0, -1).map((frame) => JSON.parse(frame));
    const parts = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
    expect(parts).toEqual([
      { index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } },
      { index: 0, function: { arguments: '{"x":1}' } },
      { index: 1, id: "b", type: "function", function: { name: "f", arguments: "" } },
      { index: 1, function: { arguments: "{}" } },
    ]);
    expect(chunks.at(-1)?.choices[0].finish_reason).toBe("tool_calls");
  });
});
