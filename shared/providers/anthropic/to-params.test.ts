import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import { describe, expect, test } from "vitest";
import type { ChatInput } from "../../api/chat.ts";
import { toVersion } from "./open-client.ts";
import { toParams } from "./to-params.ts";

const hello: ChatInput = { messages: [{ role: "user", content: "Hello" }] };
const noop = { name: "noop" };

function translate(input: Partial<ChatInput>, model = "claude-sonnet-4-5", system?: string) {
  const messages = { messages: [], ...(system && { system }) };
  const {
    model: _,
    messages: __,
    ...params
  } = toParams({ ...hello, ...input }, model, messages, transformJSONSchema);
  return params;
}

describe("the limit of the output", () => {
  test("is the caller's, or 4,096 tokens where the caller sets none", () => {
    expect(translate({ maxOutputTokens: 77 })).toEqual({ max_tokens: 77 });
    expect(translate({})).toEqual({ max_tokens: 4_096 });
  });

  test("leaves room for the thoughts of models that think unasked", () => {
    expect(translate({}, "claude-sonnet-5-5")).toEqual({ max_tokens: 28_672 });
    expect(translate({ maxOutputTokens: 77 }, "claude-sonnet-5-5")).toEqual({ max_tokens: 77 });
  });
});

describe("sampling", () => {
  const both = { temperature: 1.7, topP: 0.5 };

  test("is passed on as far as the model takes it, the temperature up to the vendor's 1", () => {
    expect(translate(both, "claude-3-5-haiku-latest")).toMatchObject({ temperature: 1, top_p: 0.5 });
    expect(translate(both, "claude-haiku-4-5")).toEqual({ max_tokens: 4_096, temperature: 1 });
    expect(translate({ topP: 0.5 }, "claude-haiku-4-5")).toEqual({ max_tokens: 4_096, top_p: 0.5 });
    expect(translate(both, "claude-opus-5-5")).toEqual({ max_tokens: 28_672 });
  });

  test("is left out while the model thinks", () => {
    expect(translate({ ...both, reasoningEffort: "low" })).not.toHaveProperty("temperature");
    expect(translate({ ...both, reasoningEffort: "low" }, "claude-opus-4-6")).not.toHaveProperty(
      "temperature",
    );
  });

  test("is sent under the last version of the API that knows it", () => {
    const version = (input: Partial<ChatInput>) =>
      toVersion({ ...translate(input), model: "", messages: [] });
    expect(version({ temperature: 0 })).toBe("2023-06-01");
    expect(version({})).toBe("2026-10-21");
  });

  test("has no seed and keeps the stop sequences", () => {
    expect(translate({ seed: 7, stop: ["END"] })).toEqual({ max_tokens: 4_096, stop_sequences: ["END"] });
  });
});

describe("reasoning effort", () => {
  test.each([
    ["low", 1_024],
    ["medium", 8_192],
    ["high", 24_576],
  ] as const)("%s is a budget on top of the answer's default limit", (reasoningEffort, budget_tokens) => {
    const thinking = { type: "enabled", budget_tokens };
    expect(translate({ reasoningEffort })).toEqual({ max_tokens: 4_096 + budget_tokens, thinking });
  });

  test("takes at most half of the caller's limit, and nothing where that is too little to think with", () => {
    expect(translate({ reasoningEffort: "high", maxOutputTokens: 6_000 })).toEqual({
      max_tokens: 6_000,
      thinking: { type: "enabled", budget_tokens: 3_000 },
    });
    expect(translate({ reasoningEffort: "high", maxOutputTokens: 2_000 })).toEqual({ max_tokens: 2_000 });
  });

  test("is an effort, with adaptive thinking, on models that have one", () => {
    const params = translate({ reasoningEffort: "medium" }, "claude-opus-5-5");
    expect(params).toEqual({
      max_tokens: 12_288,
      thinking: { type: "adaptive" },
      output_config: { effort: "medium" },
    });
  });

  test("minimal is no thinking, or the lowest effort there is", () => {
    expect(translate({ reasoningEffort: "minimal" })).toEqual({ max_tokens: 4_096 });
    const newest = translate({ reasoningEffort: "minimal" }, "claude-opus-5-5");
    expect(newest).toEqual({ max_tokens: 4_096, output_config: { effort: "low" } });
  });

  test("does not make a model think that cannot", () => {
    expect(translate({ reasoningEffort: "high" }, "claude-3-haiku-20240307")).toEqual({ max_tokens: 4_096 });
  });

  test("does not ask for thinking along with a forced tool, which the vendor refuses", () => {
    const forced: Partial<ChatInput> = { reasoningEffort: "high", tools: [noop], toolChoice: "required" };
    expect(translate(forced)).not.toHaveProperty("thinking");
    const newest = translate(forced, "claude-opus-4-8");
    expect(newest).not.toHaveProperty("thinking");
    expect(newest.output_config).toEqual({ effort: "high" });
  });

  test("does not ask for thinking with a budget after tool results, whose turn began without kept thoughts", () => {
    const messages: ChatInput["messages"] = [
      { role: "user", content: "Go" },
      { role: "assistant", toolCalls: [{ id: "call_1", name: "noop", arguments: "{}" }] },
      { role: "tool", toolCallId: "call_1", content: "done" },
    ];
    expect(translate({ messages, reasoningEffort: "high" })).not.toHaveProperty("thinking");
    expect(translate({ messages, reasoningEffort: "high" }, "claude-opus-4-8")).toHaveProperty("thinking");
  });
});

describe("tools", () => {
  test("have a schema even when they take nothing", () => {
    const tools = [
      { name: "get", description: "Gets.", parameters: { required: ["a"] }, strict: true },
      noop,
    ];
    expect(translate({ tools }).tools).toEqual([
      {
        name: "get",
        description: "Gets.",
        input_schema: { type: "object", properties: {}, required: ["a"] },
        strict: true,
      },
      { name: "noop", input_schema: { type: "object", properties: {} } },
    ]);
  });

  test("are not chosen among when there are none", () => {
    expect(translate({ toolChoice: "auto" })).not.toHaveProperty("tool_choice");
  });
});

describe("the format of the answer", () => {
  test("is a schema in the subset the vendor takes", () => {
    const schema = {
      type: "object",
      properties: { age: { type: "integer", minimum: 0 } },
      required: ["age"],
    };
    const responseFormat = { type: "json_schema", name: "person", schema } as const;
    expect(translate({ responseFormat }).output_config?.format).toEqual({
      type: "json_schema",
      schema: {
        type: "object",
        properties: { age: { type: "integer", description: "{minimum: 0}" } },
        required: ["age"],
        additionalProperties: false,
      },
    });
  });

  test("is left to the vendor to judge when it cannot be adapted", () => {
    const responseFormat = { type: "json_schema", name: "odd", schema: { properties: { a: {} } } } as const;
    expect(translate({ responseFormat }).output_config?.format?.schema).toEqual({ properties: { a: {} } });
  });

  test("is asked for in words when it is JSON of any shape", () => {
    const responseFormat = { type: "json_object" } as const;
    expect(translate({ responseFormat }).system).toMatch(/^Answer with one JSON object/);
    expect(translate({ responseFormat }, "claude-sonnet-4-5", "Be brief.").system).toMatch(
      /^Be brief\.\n\nAnswer/,
    );
    expect(translate({ responseFormat: { type: "text" } })).toEqual({ max_tokens: 4_096 });
  });
});
