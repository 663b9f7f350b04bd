import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAnthropic } from "../../shared/providers/anthropic/anthropic.ts";
import { createGemini } from "../../shared/providers/gemini/gemini.ts";
import { createOpenAi } from "../../shared/providers/openai/openai.ts";
import type { Provider, ProviderOptions } from "../../shared/providers/provider.ts";
import { callProvider } from "../../shared/providers/provider-call.fixture.ts";
import { citySchema, hastyClock } from "./rehearsal.fixture.ts";
import { type Rehearsal, startRehearsal } from "./start-rehearsal.ts";

// A vendor's double written by others: it keeps our reading of the protocols and our own double honest.
const aimock = new LLMock({ port: 0, host: "127.0.0.1" });
let rehearsal: Rehearsal;
beforeAll(async () => {
  const call = { toolCalls: [{ name: "get_city", arguments: '{"city":"Graz","population":300000}' }] };
  aimock.onMessage("call get_city", call);
  aimock.onMessage("Hello", { content: "Hello from somebody else's double." }, { chunkSize: 9 });
  await aimock.start();
  rehearsal = await startRehearsal({ kinds: ["openai", "anthropic", "gemini"], clock: hastyClock });
});
afterAll(() => Promise.all([aimock.stop(), rehearsal.close()]));

describe.each<[string, (options: ProviderOptions) => Provider, string]>([
  ["openai", createOpenAi, "/v1"],
  ["anthropic", createAnthropic, ""],
  ["gemini", createGemini, ""],
])("Conea's %s provider understands it", (_kind, create, basePath) => {
  const chat = (content: string, onText?: (text: string) => void) =>
    callProvider(create({ apiKey: "any", baseUrl: aimock.url + basePath, fetch }), "chat", {
      model: "a-model",
      input: { messages: [{ role: "user", content }], tools: [{ name: "get_city", parameters: citySchema }] },
      onText,
    });

  test("when it speaks, whole and streamed", async () => {
    const said = { text: "Hello from somebody else's double.", finishReason: "stop" };
    const texts: string[] = [];
    expect((await chat("Hello")).result).toEqual(said);
    expect((await chat("Hello", (text) => texts.push(text))).result).toEqual(said);
    expect(texts.join("")).toBe(said.text);
    expect(texts.length).toBeGreaterThan(1);
  });

  test("when it calls a tool, whole and streamed", async () => {
    for (const onText of [undefined, () => undefined]) {
      const { result } = await chat("call get_city", onText);
      expect(result.finishReason).toBe("tool_calls");
      expect(JSON.parse(result.toolCalls?.[0]?.arguments ?? "")).toEqual({
        city: "Graz",
        population: 300_000,
      });
    }
  });
});

const declared = { name: "get_city", parametersJsonSchema: citySchema };
const bodies = {
  openai: (content: string) => ({
    model: "m",
    messages: [{ role: "user", content }],
    tools: [{ type: "function", function: { name: "get_city", parameters: citySchema } }],
  }),
  anthropic: (content: string) => ({
    model: "m",
    max_tokens: 9,
    messages: [{ role: "user", content }],
    tools: [{ name: "get_city", input_schema: citySchema }],
  }),
  gemini: (text: string) => ({
    contents: [{ role: "user", parts: [{ text }] }],
    tools: [{ functionDeclarations: [declared] }],
  }),
};
const streamed = { stream: true, stream_options: { include_usage: true } };

/** The paths of all values of an answer or of its events, each with the value's type: `choices[].index:number`. */
async function shapeOf(origin: string, path: string, body: object): Promise<Set<string>> {
  const response = await fetch(origin + path, { method: "POST", body: JSON.stringify(body) });
  const text = await response.text();
  const events = text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)));
  return new Set((events.length > 0 ? events : [JSON.parse(text)]).flatMap((value) => toPaths(value, "")));
}

function toPaths(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => toPaths(item, `${path}[]`));
  if (typeof value !== "object" || value === null)
    return [`${path}:${value === null ? "null" : typeof value}`];
  return Object.entries(value).flatMap(([name, item]) => toPaths(item, `${path}.${name}`));
}

describe.each<[keyof typeof bodies, string, object]>([
  ["openai", "/v1/chat/completions", {}],
  ["openai", "/v1/chat/completions", streamed],
  ["anthropic", "/v1/messages", {}],
  ["anthropic", "/v1/messages", { stream: true }],
  ["gemini", "/v1beta/models/m:generateContent", {}],
  ["gemini", "/v1beta/models/m:streamGenerateContent?alt=sse", {}],
])("the rehearsal of %s at %s with %j", (kind, path, rest) => {
  test.each(["Hello", "call get_city"])("has every field that its answer to %j has", async (text) => {
    const body = { ...bodies[kind](text), ...rest };
    const ours = await shapeOf(new URL(rehearsal.baseUrl(kind)).origin, path, body);
    const theirs = await shapeOf(aimock.url, path, body);
    expect([...theirs].filter((field) => !ours.has(field))).toEqual([]);
  });
});
