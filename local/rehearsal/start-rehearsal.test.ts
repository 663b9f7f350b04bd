import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProviderKind } from "../../shared/config/conea-config.ts";
import { createVirtualClock } from "../../shared/platform/embedded/virtual-clock.ts";
import { createAnthropic } from "../../shared/providers/anthropic/anthropic.ts";
import { createGemini } from "../../shared/providers/gemini/gemini.ts";
import { createOpenAi } from "../../shared/providers/openai/openai.ts";
import type { Provider, ProviderOptions } from "../../shared/providers/provider.ts";
import { callProvider } from "../../shared/providers/provider-call.fixture.ts";
import { createUnsplash } from "../../shared/providers/unsplash/unsplash.ts";
import { citySchema, hastyClock } from "./rehearsal.fixture.ts";
import { type Rehearsal, startRehearsal } from "./start-rehearsal.ts";

const kinds: ProviderKind[] = ["openai", "anthropic", "gemini", "unsplash"];
let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await startRehearsal({ kinds, clock: hastyClock });
});
afterAll(() => rehearsal.close());

const open = (create: (options: ProviderOptions) => Provider, kind: ProviderKind) =>
  create({ apiKey: "rehearsal", baseUrl: rehearsal.baseUrl(kind), fetch, appName: "conea" });

describe.each<[ProviderKind, (options: ProviderOptions) => Provider, string]>([
  ["openai", createOpenAi, "gpt-5"],
  ["anthropic", createAnthropic, "claude-haiku-4-5"],
  ["gemini", createGemini, "gemini-2.5-flash"],
])("%s as Conea calls it", (kind, create, model) => {
  const messages = [{ role: "user" as const, content: "Hello, call get_city!" }];
  const sentence = `This is a rehearsal of ${model}. You said: "Hello, call get_city!"`;

  test("chats, with usage and a request id", async () => {
    const { result, usage, requestId } = await callProvider(open(create, kind), "chat", {
      model,
      input: { messages },
    });
    expect(result).toEqual({ text: sentence, finishReason: "stop" });
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(usage.outputTokens).toBe(Math.ceil(sentence.length / 4));
    expect(requestId).toMatch(/rehearsal\d+$/);
  });

  test("streams the same in several pieces", async () => {
    const texts: string[] = [];
    const { result } = await callProvider(open(create, kind), "chat", {
      model,
      input: { messages },
      onText: (text) => texts.push(text),
    });
    expect(result).toEqual({ text: sentence, finishReason: "stop" });
    expect(texts.join("")).toBe(sentence);
    expect(texts.length).toBeGreaterThan(3);
  });

  test("calls a tool, and goes on when it has answered", async () => {
    const tools = [{ name: "get_city", parameters: citySchema }];
    const provider = open(create, kind);
    const { result } = await callProvider(provider, "chat", { model, input: { messages, tools } });
    expect(result.finishReason).toBe("tool_calls");
    const [call] = result.toolCalls ?? [];
    expect(JSON.parse(call?.arguments ?? "")).toEqual({ city: "rehearsal", population: 1 });
    const conversation = [
      ...messages,
      { role: "assistant" as const, toolCalls: result.toolCalls },
      { role: "tool" as const, toolCallId: call?.id ?? "", content: "Graz" },
    ];
    const next = await callProvider(provider, "chat", { model, input: { messages: conversation, tools } });
    expect(next.result.text).toContain("Graz");
  });

  test("answers in JSON that fits a schema", async () => {
    const responseFormat = { type: "json_schema" as const, name: "city", schema: citySchema };
    const input = { messages, responseFormat };
    const { result } = await callProvider(open(create, kind), "chat", { model, input });
    expect(JSON.parse(result.text)).toMatchObject({ city: "rehearsal" });
  });
});

test("serves every other task type as Conea calls it", async () => {
  const openai = open(createOpenAi, "openai");
  const gemini = open(createGemini, "gemini");
  const unsplash = open(createUnsplash, "unsplash");
  const completion = { model: "gpt-3.5-turbo-instruct", input: { prompt: "Once" } };
  expect((await callProvider(openai, "completion", completion)).result.text).toContain("Once");
  const embedding = { model: "gemini-embedding-001", input: { input: ["a", "b"], dimensions: 8 } };
  expect((await callProvider(openai, "embedding", embedding)).result.embeddings).toHaveLength(2);
  expect((await callProvider(gemini, "embedding", embedding)).result.embeddings).toHaveLength(2);
  const image = { model: "gpt-image-2", input: { prompt: "a cat", count: 2 } };
  expect((await callProvider(openai, "image_generation", image)).result.images).toHaveLength(2);
  const speech = { model: "gpt-4o-mini-tts", input: { text: "Hi", voice: "coral", format: "wav" as const } };
  const { file } = (await callProvider(openai, "speech", speech)).result;
  expect(file.contentType).toBe("audio/wav");
  const audio = { data: Buffer.from(file.content).toString("base64"), contentType: file.contentType };
  const transcription = { model: "whisper-1", input: { audio } };
  expect((await callProvider(openai, "transcription", transcription)).result.text).toContain("12044 bytes");
  const found = await callProvider(unsplash, "image_search", {
    model: "",
    input: { query: "sea", count: 2, page: 1 },
  });
  expect(found.result).toMatchObject({ total: 40, images: [{}, {}] });
  const tracked = await callProvider(unsplash, "image_search", {
    model: "",
    input: { trackDownload: "abc_DEF-123" },
  });
  expect(tracked.result).toEqual({ trackedDownload: "abc_DEF-123" });
});

test("gives the same answer to the same request", async () => {
  const ask = () =>
    callProvider(open(createOpenAi, "openai"), "embedding", { model: "m", input: { input: "a" } });
  expect((await ask()).result).toEqual((await ask()).result);
});

test("paces a stream by its clock", async () => {
  const clock = createVirtualClock();
  const paced = await startRehearsal({ kinds: ["openai"], clock });
  const response = await fetch(`${paced.baseUrl("openai")}/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "m", prompt: "Hi", stream: true }),
  });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value).match(/data: /g)).toHaveLength(1);
  await reader?.cancel();
  await paced.close();
});

test("plays the kinds it was given and no others, each on a port of its own", async () => {
  const { baseUrl, close } = await startRehearsal({ kinds: ["gemini", "gemini"] });
  expect(() => baseUrl("openai")).toThrow("does not play openai");
  expect(new Set(kinds.map((kind) => new URL(rehearsal.baseUrl(kind)).port)).size).toBe(4);
  const url = baseUrl("gemini");
  await close();
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});
