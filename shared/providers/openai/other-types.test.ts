import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Provider } from "../provider.ts";
import { callProvider, failureOf } from "../provider-call.fixture.ts";
import { type Reply, type ScriptedVendor, startScriptedVendor } from "../scripted-vendor.fixture.ts";
import { createOpenAi } from "./openai.ts";
import { readFixture } from "./openai-wire.fixture.ts";

let vendor: ScriptedVendor;
let provider: Provider;
beforeAll(async () => {
  vendor = await startScriptedVendor();
  provider = createOpenAi({ apiKey: "sk-test", baseUrl: vendor.origin, fetch });
});
afterAll(() => vendor.close());

describe("completion", () => {
  const chunk = (text: string, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ object: "text_completion", choices: [{ text, index: 0, finish_reason }] })}\n\n`;
  const events = (body: string[], ending: Reply["ending"] = "complete"): Reply => ({
    headers: { "content-type": "text/event-stream" },
    body,
    ending,
  });
  const stream = (reply: Reply, onText: (text: string) => unknown, signal?: AbortSignal) => {
    vendor.script(reply);
    const input = { prompt: "Say this is a test" };
    return callProvider(provider, "completion", {
      model: "davinci",
      input,
      onText: (text) => void onText(text),
      signal,
    });
  };

  test("shows signs of life for events without text, and says what the headers say of the account's limits", async () => {
    let signs = 0;
    const reply = events([chunk(""), chunk(""), chunk("", "stop"), "data: [DONE]\n\n"]);
    vendor.script({ ...reply, headers: { ...reply.headers, "x-ratelimit-remaining-tokens": "7" } });
    const { rateLimits } = await callProvider(provider, "completion", {
      model: "davinci",
      input: { prompt: "Say nothing" },
      onText: () => undefined,
      onProgress: () => void signs++,
    });
    expect(signs).toBe(3);
    expect(rateLimits).toEqual({ tokensLeft: 7 });
  });

  test("passes on its text as it is written", async () => {
    const texts: string[] = [];
    const usage = `data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\n`;
    const reply = events([chunk("This "), chunk("is"), chunk("", "stop"), usage, "data: [DONE]\n\n"]);
    const answer = await stream(reply, (text) => texts.push(text));
    expect(texts).toEqual(["This ", "is"]);
    expect(answer.result).toEqual({ text: "This is", finishReason: "stop" });
    expect(answer.usage).toEqual({ inputTokens: 5, cachedInputTokens: 0, outputTokens: 2 });
  });

  test.each<[string, Reply]>([
    ["is cut", events([chunk("This ")], "cut")],
    ["ends without a finish reason", events([chunk("This "), "data: [DONE]\n\n"])],
  ])("is connection when its stream %s", async (_how, reply) => {
    expect((await failureOf(stream(reply, () => undefined))).kind).toBe("connection");
  });

  test("passes on no more text once aborted", async () => {
    const abort = new AbortController();
    const texts: string[] = [];
    const reply = events([[chunk("This "), chunk("is"), chunk("", "stop")].join("")]);
    const onText = (text: string) => {
      texts.push(text);
      abort.abort();
    };
    await expect(stream(reply, onText, abort.signal)).rejects.toThrow();
    expect(texts).toEqual(["This "]);
  });
});

describe("embedding", () => {
  const vector = (index: number) => ({ index, embedding: [0.5] });

  test.each<[string, object[]]>([
    ["too few", [vector(0)]],
    ["too many", [vector(0), vector(1), vector(2)]],
    ["one twice", [vector(0), vector(0)]],
    ["empty ones", [vector(0), { index: 1, embedding: [] }]],
  ])("is unknown when the vectors that come back are %s", async (_what, data) => {
    vendor.script({ body: { data } });
    const outcome = callProvider(provider, "embedding", { model: "e", input: { input: ["a", "b"] } });
    expect((await failureOf(outcome)).kind).toBe("unknown");
  });
});

describe("image generation", () => {
  test("asks models that send links for the content", async () => {
    vendor.script({ body: JSON.parse(readFixture("image.json")) });
    await callProvider(provider, "image_generation", {
      model: "dall-e-3",
      input: { prompt: "a cat", count: 1 },
    });
    expect(vendor.requests[0]?.json).toMatchObject({ response_format: "b64_json" });
  });

  test("is unknown when only a link comes back", async () => {
    vendor.script({ body: { data: [{ url: "https://example.com/cat.png" }] } });
    const outcome = callProvider(provider, "image_generation", {
      model: "dall-e-3",
      input: { prompt: "a cat", count: 1 },
    });
    expect((await failureOf(outcome)).kind).toBe("unknown");
  });

  test("gives the type that was asked for where the vendor names none, and the revised prompt", async () => {
    const data = [{ b64_json: "AQID", revised_prompt: "a grey cat" }];
    vendor.script({ body: { data } });
    const { result } = await callProvider(provider, "image_generation", {
      model: "dall-e-3",
      input: { prompt: "a cat", count: 1, format: "webp" },
    });
    const file = { content: new Uint8Array([1, 2, 3]), contentType: "image/webp" };
    expect(result.images).toEqual([{ file, revisedPrompt: "a grey cat" }]);
  });
});

test.each([
  ["mp3", "audio/mpeg"],
  ["opus", "audio/ogg"],
  ["aac", "audio/aac"],
  ["flac", "audio/flac"],
  ["wav", "audio/wav"],
  ["pcm", "audio/pcm"],
] as const)("speech in %s is %s", async (format, contentType) => {
  vendor.script({ headers: { "content-type": "application/octet-stream" }, body: new Uint8Array([1, 2]) });
  const input = { text: "Hello", voice: "coral", format };
  const { result } = await callProvider(provider, "speech", { model: "tts", input });
  expect(result.file).toEqual({ content: new Uint8Array([1, 2]), contentType });
});

describe("transcription", () => {
  test.each([
    ["gpt-transcribe", /name="languages\[\]"\s+pt\s/],
    ["whisper-1", /name="language"\s+pt\s/],
  ])("tells %s the language as it takes it", async (model, field) => {
    vendor.script({ body: { text: "Olá." } });
    const audio = { data: "AQI=", contentType: "audio/wav" };
    await callProvider(provider, "transcription", { model, input: { audio, language: "pt-BR" } });
    expect(vendor.requests[0]?.bytes.toString()).toMatch(field);
  });

  test("reads an upload, and tells length and language where the vendor does", async () => {
    vendor.script({
      body: { text: "Hallo.", languages: [{ code: "de" }], usage: { type: "duration", seconds: 3 } },
    });
    const content = new Uint8Array([1, 2]);
    const { result, usage } = await callProvider(provider, "transcription", {
      model: "whisper-1",
      input: { audio: { blob: `blob_${"a".repeat(26)}` } },
      readBlob: async () => ({ content, contentType: "audio/webm;codecs=opus" }),
    });
    expect(result).toEqual({ text: "Hallo.", language: "de", durationSeconds: 3 });
    expect(usage).toEqual({ inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, seconds: 3 });
    expect(vendor.requests[0]?.bytes.toString("latin1")).toContain('filename="audio.webm"');
  });
});
