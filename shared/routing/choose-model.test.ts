import { describe, expect, it } from "vitest";
import { ConeaConfig } from "../config/conea-config.ts";
import { chooseModel } from "./choose-model.ts";

const provider = (kind: string, priority: number) => ({ kind, apiKey: "secret:KEY", priority });
const config = ConeaConfig.parse({
  providers: {
    second: provider("openai", 2),
    first: provider("gemini", 1),
    pictures: provider("unsplash", 9),
  },
  models: {
    "gpt-5": { provider: "second", kinds: ["chat"] },
    "gemini-flash": { provider: "first", kinds: ["chat"] },
    "text-embed": { provider: "second", kinds: ["embedding"] },
  },
});

describe("chooseModel", () => {
  it("takes the model that is named", () => {
    expect(chooseModel(config, "chat", "gpt-5")).toEqual({ provider: "second", model: "gpt-5" });
  });

  it("takes the provider of the lowest priority when none is named", () => {
    expect(chooseModel(config, "chat", undefined)).toEqual({ provider: "first", model: "gemini-flash" });
  });

  it("finds a provider for a type that needs no model", () => {
    expect(chooseModel(config, "image_search", undefined)).toEqual({ provider: "pictures" });
  });

  it("names near models when there is none of that name", () => {
    expect(() => chooseModel(config, "chat", "gpt5")).toThrow(
      'There is no model "gpt5". Did you mean gpt-5?',
    );
    expect(() => chooseModel(config, "chat", "gemini-fash")).toThrow("Did you mean gemini-flash?");
    expect(() => chooseModel(config, "chat", "zzzzzzzz")).toThrow("GET /v1/models lists what there is.");
  });

  it("refuses a model that does not do the type, naming what it does", () => {
    expect(() => chooseModel(config, "chat", "text-embed")).toThrow(
      "The model text-embed does embedding, not chat.",
    );
  });

  it("says when nothing configured does the type", () => {
    expect(() => chooseModel(config, "speech", undefined)).toThrow(
      "No provider is configured that does speech",
    );
  });

  it.each(["__proto__", "constructor", "toString"])("does not take %s for a model", (name) => {
    expect(() => chooseModel(config, "chat", name)).toThrow("There is no model");
  });
});
