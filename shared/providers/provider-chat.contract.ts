import { describe, expect, test } from "vitest";
import type { ChatInput, FinishReason, ToolCall } from "../api/chat.ts";
import { callProvider, plainChat, type Served } from "./provider-call.fixture.ts";
import { describeStreaming } from "./provider-stream.contract.ts";
import type { SeenRequest } from "./scripted-vendor.fixture.ts";
import type { ChatWire, Understood, WireChat } from "./vendor-wire.fixture.ts";

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const hello: ChatInput = { messages: [{ role: "user", content: "Say hello." }] };
const weather = {
  name: "get_weather",
  description: "The weather in a city.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const asked: ToolCall[] = [
  { id: "call_1", name: "get_weather", arguments: '{"city":"Graz"}' },
  { id: "call_2", name: "get_weather", arguments: '{"city":"Linz"}' },
];

/** What a provider that serves chat promises, beyond what every task type does. */
export function describeChat(wire: ChatWire, served: Served): void {
  describe("chat in a conversation", () => {
    describeConversation(wire, served);
    describeParts(wire, served);
  });
  describe("chat with tools", () => describeTools(wire, served));
  describe("chat that ends", () => describeFinish(wire, served));
  describe("chat that streams", () => describeStreaming(wire, served, asked));
}

type Ask = (input: ChatInput, answer?: WireChat) => Promise<Understood>;

function toAsk(wire: ChatWire, served: Served): Ask {
  return async (input, answer = plainChat) => {
    const { vendor, provider } = served();
    vendor.script(wire.whole(answer));
    const readBlob = async () => ({
      content: new Uint8Array(Buffer.from(pixel, "base64")),
      contentType: "image/png",
    });
    await callProvider(provider, "chat", { model: wire.model, input, readBlob });
    return wire.understand(vendor.requests[0] as SeenRequest);
  };
}

function describeConversation(wire: ChatWire, served: Served): void {
  const ask = toAsk(wire, served);

  test("reaches the vendor with its model, system message and turns, and nothing that was not asked for", async () => {
    const input: ChatInput = {
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Who wrote Faust?" },
        { role: "assistant", content: "Goethe." },
        { role: "user", content: [{ type: "text", text: "When?" }] },
      ],
      maxOutputTokens: 100,
    };
    expect(await ask(input)).toEqual({
      model: wire.model,
      streamed: false,
      system: "Be brief.",
      turns: [
        { role: "user", text: "Who wrote Faust?" },
        { role: "assistant", text: "Goethe." },
        { role: "user", text: "When?" },
      ],
      sampling: { maxOutputTokens: 100 },
    });
  });

  test("carries temperature, top-p, the longest output and stop sequences", async () => {
    const sampling = { temperature: 0.5, topP: 0.9, maxOutputTokens: 64, stop: ["END", "STOP"] };
    expect((await ask({ ...hello, ...sampling })).sampling).toEqual(sampling);
  });
}

function describeParts(wire: ChatWire, served: Served): void {
  const ask = toAsk(wire, served);

  test("carries images given as a data URL or as an upload", async () => {
    const { turns } = await ask({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Compare these." },
            { type: "image", image: { url: `data:image/gif;base64,${pixel}` } },
            { type: "image", image: { blob: `blob_${"a".repeat(26)}` } },
          ],
        },
      ],
    });
    const images = [`data:image/gif;base64,${pixel}`, `data:image/png;base64,${pixel}`];
    expect(turns).toEqual([{ role: "user", text: "Compare these.", images }]);
  });

  test("asks for an answer that fits a JSON Schema, and gives its text", async () => {
    const schema = {
      type: "object",
      properties: { city: { type: "string" }, population: { type: "integer" } },
      required: ["city", "population"],
      additionalProperties: false,
    };
    const { vendor, provider } = served();
    const answer = { ...plainChat, pieces: ['{"city":"Graz",', '"population":300000}'] };
    vendor.script(wire.whole(answer));
    const responseFormat = { type: "json_schema" as const, name: "city", schema, strict: true };
    const { result } = await callProvider(provider, "chat", {
      model: wire.model,
      input: { ...hello, responseFormat },
    });
    expect(JSON.parse(result.text)).toEqual({ city: "Graz", population: 300_000 });
    const { schemaProperties } = wire.understand(vendor.requests[0] as SeenRequest);
    expect(schemaProperties).toEqual(["city", "population"]);
  });
}

function describeTools(wire: ChatWire, served: Served): void {
  const ask = toAsk(wire, served);
  const input: ChatInput = { ...hello, tools: [weather, { name: "noop" }] };

  test("offers the tools and gives back the calls the model asks for", async () => {
    const { vendor, provider } = served();
    vendor.script(wire.whole({ ...plainChat, pieces: [], toolCalls: asked, finishReason: "tool_calls" }));
    const { result } = await callProvider(provider, "chat", { model: wire.model, input });
    expect(wire.understand(vendor.requests[0] as SeenRequest).tools).toEqual(["get_weather", "noop"]);
    expect(result).toMatchObject({ text: "", finishReason: "tool_calls" });
    expectCalls(result.toolCalls);
  });

  test.each<Understood["toolChoice"] & {}>(["auto", "none", "required", { name: "get_weather" }])(
    "passes on the choice of tool %j",
    async (toolChoice) => {
      expect((await ask({ ...input, toolChoice })).toolChoice).toEqual(toolChoice);
    },
  );

  test("gives the vendor the tools' results after the calls they answer", async () => {
    const { turns } = await ask({
      ...input,
      messages: [
        { role: "user", content: "Weather in Graz and Linz?" },
        { role: "assistant", content: "I will look.", toolCalls: asked },
        { role: "tool", toolCallId: "call_1", content: '{"celsius":18}' },
        { role: "tool", toolCallId: "call_2", content: "rain" },
      ],
    });
    const calls = asked.map(({ name, arguments: text }) => ({ name, arguments: JSON.parse(text) }));
    expect(turns).toEqual([
      { role: "user", text: "Weather in Graz and Linz?" },
      { role: "assistant", text: "I will look.", toolCalls: calls },
      { role: "tool", text: '{"celsius":18}' },
      { role: "tool", text: "rain" },
    ]);
  });
}

/** Whatever the vendor calls them, the ids differ and the arguments are JSON text. */
export function expectCalls(toolCalls: ToolCall[] = []): void {
  const shown = toolCalls.map(({ name, arguments: text }) => ({ name, arguments: JSON.parse(text) }));
  expect(shown).toEqual([
    { name: "get_weather", arguments: { city: "Graz" } },
    { name: "get_weather", arguments: { city: "Linz" } },
  ]);
  expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(2);
  expect(toolCalls.every(({ id }) => id.length > 0)).toBe(true);
}

function describeFinish(wire: ChatWire, served: Served): void {
  test.each<FinishReason>(["stop", "length", "content_filter"])("says %s when it is so", async (reason) => {
    const { vendor, provider } = served();
    vendor.script(wire.whole({ ...plainChat, finishReason: reason }));
    const { result } = await callProvider(provider, "chat", { model: wire.model, input: hello });
    expect(result.finishReason).toBe(reason);
  });
}
