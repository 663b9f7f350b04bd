import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChatInput } from "../../api/chat.ts";
import type { Provider } from "../provider.ts";
import { callProvider, failureOf } from "../provider-call.fixture.ts";
import { type ScriptedVendor, startScriptedVendor } from "../scripted-vendor.fixture.ts";
import { createOpenAi } from "./openai.ts";
import { readFixture } from "./openai-wire.fixture.ts";

let vendor: ScriptedVendor;
let provider: Provider;
beforeAll(async () => {
  vendor = await startScriptedVendor();
  provider = createOpenAi({ apiKey: "sk-test", baseUrl: vendor.origin, fetch });
});
afterAll(() => vendor.close());

const hello: ChatInput = { messages: [{ role: "user", content: "Hello!" }] };
const model = "gpt-5";
const json = { "content-type": "application/json" };
const events = { "content-type": "text/event-stream" };

async function ask(body: string, input = hello) {
  vendor.script({ headers: json, body });
  return callProvider(provider, "chat", { model, input });
}

async function stream(body: string | string[]) {
  vendor.script({ headers: events, body });
  const texts: string[] = [];
  const answer = await callProvider(provider, "chat", { model, input: hello, onText: (t) => texts.push(t) });
  return { ...answer, texts };
}

test("reads the recorded answer, cached tokens and reasoning apart", async () => {
  const { result, usage } = await ask(readFixture("chat.json"));
  expect(result).toEqual({ text: "Faust was written by Johann Wolfgang von Goethe.", finishReason: "stop" });
  expect(usage).toEqual({ inputTokens: 93, cachedInputTokens: 1_024, outputTokens: 14, reasoningTokens: 32 });
});

test("reads the recorded stream", async () => {
  const { result, usage, texts } = await stream(readFixture("chat-stream.txt"));
  expect(result).toEqual({ text: "Hello there", finishReason: "stop" });
  expect(texts).toEqual(["Hello", " there"]);
  expect(usage).toEqual({ inputTokens: 19, cachedInputTokens: 0, outputTokens: 10 });
});

test("says tool_calls for the recorded call of a tool the model was made to call, where OpenAI says stop", async () => {
  const { result } = await ask(readFixture("chat-tool-calls.json"));
  expect(result).toEqual({
    text: "",
    finishReason: "tool_calls",
    toolCalls: [
      {
        id: "call_DdmO9pD3xa9XTPNJ32zg2hcA",
        name: "get_weather",
        arguments: '{"location":"Paris, France"}',
      },
    ],
  });
});

test("gives the model's refusal apart from its text", async () => {
  const { result } = await ask(readFixture("chat-refusal.json"));
  expect(result).toEqual({
    text: "",
    finishReason: "stop",
    refusal: "I'm sorry, I cannot assist with that request.",
  });
});

test("asks with every parameter the caller set", async () => {
  const schema = { type: "object", properties: {} };
  await ask(readFixture("chat.json"), {
    messages: [
      { role: "user", content: [{ type: "image", image: { url: "https://example.com/cat.jpg" } }] },
      { role: "assistant" },
    ],
    tools: [{ name: "look", description: "Looks.", parameters: schema, strict: true }],
    responseFormat: { type: "json_schema", name: "answer", schema, strict: true },
    seed: 7,
    reasoningEffort: "low",
    maxOutputTokens: 9,
  });
  expect(vendor.requests[0]?.json).toEqual({
    model,
    messages: [
      {
        role: "user",
        content: [{ type: "image_url", image_url: { url: "https://example.com/cat.jpg" } }],
      },
      { role: "assistant", content: "" },
    ],
    tools: [
      {
        type: "function",
        function: { name: "look", description: "Looks.", parameters: schema, strict: true },
      },
    ],
    response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
    seed: 7,
    reasoning_effort: "low",
    max_tokens: 9,
  });
});

test("limits the output as OpenAI itself wants it where no other server is named", async () => {
  let sent: unknown;
  const toVendor: typeof fetch = (url, init) => {
    expect(String(url)).toBe("https://api.openai.com/v1/chat/completions");
    sent = JSON.parse(String(init?.body));
    return Promise.resolve(new Response(readFixture("chat.json"), { headers: json }));
  };
  const openai = createOpenAi({ apiKey: "sk-test", fetch: toVendor });
  await callProvider(openai, "chat", { model, input: { ...hello, maxOutputTokens: 9 } });
  expect(sent).toEqual({ model, messages: hello.messages, max_completion_tokens: 9 });
});

test("takes a stream that ends in good order without usage or end mark, as some servers send it", async () => {
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`;
  const { result, usage } = await stream([chunk({ content: "Hi" }, null), chunk({}, "stop")]);
  expect(result).toEqual({ text: "Hi", finishReason: "stop" });
  expect(usage).toEqual({ inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 });
});

test("keeps an answer whose connection breaks after the finish reason, when only the usage is missing", async () => {
  const events = readFixture("chat-stream.txt")
    .split(/(?<=\n\n)/)
    .slice(0, 4);
  const texts: string[] = [];
  vendor.script({ headers: { "content-type": "text/event-stream" }, body: events, ending: "cut" });
  const onText = (text: string) => texts.push(text);
  const { result } = await callProvider(provider, "chat", { model, input: hello, onText });
  expect(result).toEqual({ text: "Hello there", finishReason: "stop" });
  expect(texts).toEqual(["Hello", " there"]);
});

test("tells apart the tool calls of servers that send neither index nor arguments", async () => {
  const calls = [{ id: "a", function: { name: "one" } }, { function: { name: "two", arguments: "" } }];
  const { result } = await ask(
    JSON.stringify({ choices: [{ message: { tool_calls: calls }, finish_reason: "tool_calls" }] }),
  );
  expect(result.toolCalls).toEqual([
    { id: "a", name: "one", arguments: "{}" },
    { id: "call_1", name: "two", arguments: "{}" },
  ]);
});

test("is connection when a server answers a stream with a whole answer it never ends", async () => {
  vendor.script({ headers: json, body: readFixture("chat.json") });
  const outcome = callProvider(provider, "chat", { model, input: hello, onText: () => undefined });
  expect((await failureOf(outcome)).kind).toBe("connection");
});
