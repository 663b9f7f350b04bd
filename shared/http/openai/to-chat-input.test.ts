import { describe, expect, it } from "vitest";
import { ChatInput } from "../../api/chat.ts";
import { CreateChatCompletion } from "../../api/openai/chat.ts";
import { toChatInput } from "./to-chat-input.ts";

const user = { role: "user", content: "Hi" };
const translate = (body: object) =>
  toChatInput(CreateChatCompletion.parse({ model: "m", messages: [user], ...body }));

describe("a chat of OpenAI's as Conea's", () => {
  it("keeps every turn, with tool calls, results, refusals and images", () => {
    const messages = [
      {
        role: "developer",
        content: [
          { type: "text", text: "Be " },
          { type: "text", text: "brief." },
        ],
      },
      { role: "system", content: "" },
      {
        role: "user",
        name: "ann",
        content: [
          { type: "text", text: "See" },
          { type: "image_url", image_url: { url: "https://x/y.png", detail: "high" } },
        ],
      },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c", content: "sunny" },
      { role: "assistant", content: null, refusal: "No." },
      { role: "assistant", content: [{ type: "text", text: "Yes" }], tool_calls: [] },
    ];
    expect(translate({ messages }).messages).toEqual([
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "See" },
          { type: "image", image: { url: "https://x/y.png" } },
        ],
      },
      { role: "assistant", toolCalls: [{ id: "c", name: "f", arguments: "{}" }] },
      { role: "tool", toolCallId: "c", content: "sunny" },
      { role: "assistant", content: "No." },
      { role: "assistant", content: "Yes" },
    ]);
  });

  it("takes every parameter that Conea knows, and makes an input that Conea takes", () => {
    const input = translate({
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 10,
      max_completion_tokens: 20,
      stop: "END",
      seed: 7,
      reasoning_effort: "none",
      verbosity: "low",
      parallel_tool_calls: false,
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object" }, strict: true } }],
      tool_choice: { type: "function", function: { name: "f" } },
      response_format: { type: "json_schema", json_schema: { name: "a", schema: {}, description: "x" } },
    });
    expect(input).toEqual({
      messages: [user],
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 20,
      stop: ["END"],
      seed: 7,
      reasoningEffort: "none",
      verbosity: "low",
      parallelToolCalls: false,
      tools: [{ name: "f", parameters: { type: "object" }, strict: true }],
      toolChoice: { name: "f" },
      responseFormat: { type: "json_schema", name: "a", schema: {} },
    });
    expect(ChatInput.safeParse(input).error).toBeUndefined();
  });

  it("takes null for nothing", () => {
    const nothing = Object.fromEntries(
      Object.keys(CreateChatCompletion.shape)
        .filter((field) => !["model", "messages", "route", "priority"].includes(field))
        .map((field) => [field, null]),
    );
    expect(translate({ ...nothing, n: null, logprobs: null })).toEqual({ messages: [user] });
  });

  it("drops a choice among no tools, which vendors refuse", () => {
    expect(translate({ tools: [], tool_choice: "none", parallel_tool_calls: false })).toEqual({
      messages: [user],
    });
  });
});
