import { describe, expect, it } from "vitest";
import { ConeaConfig } from "../config/conea-config.ts";
import { chooseRoute, type RouteQuestion } from "./choose-route.ts";
import type { ModelHealth } from "./model-health.ts";
import { noNeeds } from "./request-needs.ts";

const provider = (kind: string, priority: number) => ({ kind, apiKey: "secret:KEY", priority });
const config = ConeaConfig.parse({
  providers: {
    second: provider("openai", 2),
    first: provider("gemini", 1),
    pictures: provider("unsplash", 9),
  },
  models: {
    "gpt-5": {
      provider: "second",
      kinds: ["chat"],
      contextTokens: 400_000,
      modalities: ["text", "image"],
      abilities: { tools: true, jsonSchema: true },
      price: { inputMicros: 1_000_000, outputMicros: 8_000_000 },
      quality: 0.9,
      fallbacks: ["gemini-flash", "small"],
    },
    "gemini-flash": {
      provider: "first",
      name: "vendor/flash",
      kinds: ["chat"],
      contextTokens: 1_000_000,
      abilities: { tools: true },
      price: { inputMicros: 100_000, outputMicros: 400_000 },
      quality: 0.6,
    },
    small: { provider: "second", kinds: ["chat"], abilities: { tools: false }, modalities: ["text"] },
    "text-embed": { provider: "second", kinds: ["embedding"] },
  },
});

const choose = (question: Partial<RouteQuestion>, health: [string, ModelHealth][] = []) => {
  const world = { ...config, health: new Map(health), now: 0 };
  return chooseRoute(world, {
    type: "chat",
    needs: { ...noNeeds, read: 1_000, written: 1_000 },
    ...question,
  });
};
const names = (question: Partial<RouteQuestion>, health: [string, ModelHealth][] = []) =>
  choose(question, health).map(({ model }) => model);
const bad = (success: number): ModelHealth => ({ success, at: 0 });
const taking = (firstTokenMs: number): ModelHealth => ({ success: 1, firstTokenMs, at: 0 });

describe("chooseRoute", () => {
  it("takes the model that is named, then its fallbacks, each with its reason", () => {
    expect(choose({ model: "gpt-5" })).toEqual([
      { provider: "second", model: "gpt-5", reason: "named by the request", contextTokens: 400_000 },
      { provider: "first", model: "gemini-flash", reason: "a fallback of gpt-5", contextTokens: 1_000_000 },
      { provider: "second", model: "small", reason: "a fallback of gpt-5" },
    ]);
  });

  it("takes the request's fallbacks instead of the entry's", () => {
    expect(names({ model: "gpt-5", route: { fallbacks: ["small"] } })).toEqual(["gpt-5", "small"]);
    expect(names({ model: "gpt-5", route: { fallbacks: [] } })).toEqual(["gpt-5"]);
  });

  it("takes the provider of the lowest priority when nothing is asked for", () => {
    expect(names({})).toEqual(["gemini-flash"]);
  });

  it("finds a provider for a type that needs no model", () => {
    expect(choose({ type: "image_search" })).toEqual([
      { provider: "pictures", reason: "of the provider with the lowest priority" },
    ]);
    expect(choose({ type: "image_search", model: "auto" })).toMatchObject([{ provider: "pictures" }]);
  });

  it.each(["first/gemini-flash", "first/vendor/flash"])("finds %s at its provider", (model) => {
    expect(choose({ model })).toMatchObject([{ provider: "first", model: "gemini-flash" }]);
  });

  it("refuses a model at a provider that does not have it in the catalogue", () => {
    expect(() => choose({ model: "second/gemini-flash" })).toThrow("There is no model");
    expect(() => choose({ model: "second/gpt-unlisted" })).toThrow("There is no model");
  });

  it("orders all that do the type by what is preferred", () => {
    expect(names({ model: "auto", route: { prefer: "cost" } })).toEqual(["gemini-flash", "gpt-5", "small"]);
    expect(names({ model: "auto", route: { prefer: "quality" } })).toEqual([
      "gpt-5",
      "gemini-flash",
      "small",
    ]);
    const health: [string, ModelHealth][] = [
      ["gpt-5", taking(900)],
      ["small", taking(100)],
      ["gemini-flash", taking(400)],
    ];
    expect(names({ route: { prefer: "latency" } }, health)).toEqual(["small", "gemini-flash", "gpt-5"]);
    expect(names({ model: "auto" }, health)).toEqual(["gemini-flash", "small", "gpt-5"]);
  });

  it("puts a model behind that fails most of its calls, and believes in it again after a while", () => {
    const health: [string, ModelHealth][] = [["gpt-5", bad(0.1)]];
    expect(names({ model: "auto", route: { prefer: "quality" } }, health).at(-1)).toBe("gpt-5");
    const world = { ...config, health: new Map(health), now: 60_000 };
    const [first] = chooseRoute(world, { type: "chat", model: "auto", route: { prefer: "quality" } });
    expect(first?.model).toBe("gpt-5");
  });

  it("leaves out what does not satisfy the route, the named model too", () => {
    expect(names({ model: "gpt-5", route: { require: { contextTokens: 500_000 } } })).toEqual([
      "gemini-flash",
    ]);
    expect(names({ model: "auto", route: { require: { maxMicros: 1_000 } } })).toEqual(["gemini-flash"]);
  });

  it("leaves out fallbacks that lack what the request needs by itself, and tries the named model", () => {
    const tools = { ...noNeeds, tools: true };
    expect(names({ model: "gpt-5", needs: tools })).toEqual(["gpt-5", "gemini-flash"]);
    expect(names({ model: "small", needs: tools })).toEqual(["small"]);
    expect(names({ model: "gpt-5", needs: { ...noNeeds, modalities: ["image"] } })).toEqual([
      "gpt-5",
      "gemini-flash",
    ]);
  });

  it("says what is missing when nothing fits", () => {
    expect(() => choose({ model: "auto", route: { require: { prefill: true } } })).toThrow(
      "No model fits the request: gpt-5 lacks prefill; gemini-flash lacks prefill; small lacks prefill.",
    );
    expect(() => choose({ model: "small", route: { require: { contextTokens: 10 } } })).toThrow(
      "small has no known context",
    );
    expect(() => choose({ model: "small", route: { require: { maxMicros: 10 } } })).toThrow(
      "small has no known price",
    );
  });

  it("names near models when there is none of that name", () => {
    expect(() => choose({ model: "gpt5" })).toThrow('There is no model "gpt5". Did you mean gpt-5?');
    expect(() => choose({ model: "gemini-fash" })).toThrow("Did you mean gemini-flash?");
    expect(() => choose({ model: "zzzzzzzz" })).toThrow("GET /v1/models lists what there is.");
    expect(() => choose({ route: { candidates: ["gpt5"] } })).toThrow("There is no model");
  });

  it("refuses a model that does not do the type, naming what it does", () => {
    expect(() => choose({ model: "text-embed" })).toThrow("The model text-embed does embedding, not chat.");
  });

  it("says when nothing configured does the type", () => {
    expect(() => choose({ type: "speech" })).toThrow("No provider is configured that does speech");
  });

  it.each(["__proto__", "constructor", "toString"])("does not take %s for a model", (model) => {
    expect(() => choose({ model })).toThrow("There is no model");
  });
});
