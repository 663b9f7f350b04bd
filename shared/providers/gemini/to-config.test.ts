import { expect, test } from "vitest";
import type { ChatInput } from "../../api/chat.ts";
import { toConfig } from "./to-config.ts";

const translate = (input: Partial<ChatInput>, model = "gemini-2.5-flash") =>
  toConfig({ messages: [{ role: "user", content: "Hello" }], ...input }, model);

test("carries the sampling, seed included", () => {
  const sampling = { temperature: 0, topP: 0.5, maxOutputTokens: 9, stop: ["END"], seed: 7 };
  expect(translate(sampling)).toEqual({
    temperature: 0,
    topP: 0.5,
    maxOutputTokens: 9,
    stopSequences: ["END"],
    seed: 7,
  });
});

test("declares tools by their JSON Schema", () => {
  const parameters = { type: "object", properties: { city: { type: "string" } } };
  const { tools } = translate({
    tools: [{ name: "get", description: "Gets.", parameters, strict: true }, { name: "noop" }],
  });
  expect(tools).toEqual([
    {
      functionDeclarations: [
        { name: "get", description: "Gets.", parametersJsonSchema: parameters },
        { name: "noop" },
      ],
    },
  ]);
});

test("does not choose among tools when there are none", () => {
  expect(translate({ toolChoice: "required" })).not.toHaveProperty("toolConfig");
});

test("asks for JSON of any shape, or for JSON that fits a schema", () => {
  const schema = { type: "object", properties: {} };
  expect(translate({ responseFormat: { type: "json_object" } })).toEqual({
    responseMimeType: "application/json",
  });
  expect(translate({ responseFormat: { type: "json_schema", name: "x", schema } })).toEqual({
    responseMimeType: "application/json",
    responseJsonSchema: schema,
  });
  expect(translate({ responseFormat: { type: "text" } })).toEqual({});
});

test.each([
  ["gemini-2.0-flash", "high", undefined],
  ["gemini-2.5-flash", "minimal", { thinkingBudget: 0 }],
  ["gemini-2.5-pro", "minimal", { thinkingBudget: 128 }],
  ["gemini-2.5-pro", "low", { thinkingBudget: 1_024 }],
  ["gemini-2.5-flash", "high", { thinkingBudget: 24_576 }],
  ["gemini-3-flash-preview", "minimal", { thinkingLevel: "MINIMAL" }],
  ["gemini-3.1-pro-preview", "minimal", { thinkingLevel: "LOW" }],
  ["gemini-3.8-flash", "minimal", { thinkingLevel: "LOW" }],
  ["gemini-4-argon", "medium", { thinkingLevel: "MEDIUM" }],
  ["gemini-flash-latest", "high", { thinkingLevel: "HIGH" }],
] as const)("makes %s think with effort %s", (model, reasoningEffort, thinkingConfig) => {
  expect(translate({ reasoningEffort }, model).thinkingConfig).toEqual(thinkingConfig);
});
