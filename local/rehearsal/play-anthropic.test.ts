import { Anthropic } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { citySchema, useRehearsal } from "./rehearsal.fixture.ts";

const baseUrl = useRehearsal("anthropic");
const open = () => new Anthropic({ apiKey: "any", authToken: null, baseURL: baseUrl(), maxRetries: 0 });
const asked = {
  model: "claude-haiku-4-5",
  max_tokens: 1_000,
  system: "Be brief.",
  messages: [{ role: "user" as const, content: "Hello, Graz! 🗻" }],
};
const sentence = 'This is a rehearsal of claude-haiku-4-5. You said: "Hello, Graz! 🗻"';
const tools = [{ name: "get_city", input_schema: citySchema }];

test("names the model and repeats what was said, with usage and a request id", async () => {
  const { data, request_id } = await open().messages.create(asked).withResponse();
  expect(data.content).toMatchObject([{ type: "text", text: sentence }]);
  expect(data.stop_reason).toBe("end_turn");
  expect(data.usage).toMatchObject({ input_tokens: 7, cache_read_input_tokens: 0, output_tokens: 17 });
  expect(request_id).toMatch(/^req_rehearsal\d+$/);
});

test("streams the same in several pieces", async () => {
  const stream = open().messages.stream(asked);
  const pieces: string[] = [];
  stream.on("text", (piece) => pieces.push(piece));
  const message = await stream.finalMessage();
  expect(pieces.join("")).toBe(sentence);
  expect(pieces.length).toBeGreaterThan(3);
  expect(message).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 7, output_tokens: 17 } });
});

test.each<[string, Partial<Anthropic.MessageCreateParamsNonStreaming>]>([
  ["the user says so", { messages: [{ role: "user", content: [{ type: "text", text: "Call get_city." }] }] }],
  ["it is named", { tool_choice: { type: "tool", name: "get_city" } }],
  ["it must call one", { tool_choice: { type: "any" } }],
])("calls a tool when %s, with input that fits, whole and streamed", async (_when, rest) => {
  const whole = await open().messages.create({ ...asked, tools, ...rest });
  const streamed = await open()
    .messages.stream({ ...asked, tools, ...rest })
    .finalMessage();
  for (const message of [whole, streamed]) {
    expect(message.stop_reason).toBe("tool_use");
    const input = { city: "rehearsal", population: 1 };
    expect(message.content).toMatchObject([{ type: "tool_use", name: "get_city", input }]);
  }
});

test("answers in words once the tool has answered", async () => {
  const { content } = await open().messages.create({
    ...asked,
    tools,
    tool_choice: { type: "any" },
    messages: [
      ...asked.messages,
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "get_city", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "18 °C" }] },
    ],
  });
  expect(content[0]).toMatchObject({ type: "text" });
  expect(JSON.stringify(content)).toContain("18 °C");
});

test("writes JSON when it must fit a schema", async () => {
  const output_config = { format: { type: "json_schema" as const, schema: citySchema } };
  const { content } = await open().messages.create({ ...asked, output_config });
  const [block] = content;
  expect(JSON.parse(block?.type === "text" ? block.text : "")).toEqual({ city: "rehearsal", population: 1 });
});

test("refuses what it does not know as Anthropic would", async () => {
  await expect(open().messages.create({ ...asked, messages: [] })).rejects.toMatchObject({ status: 400 });
  await expect(open().models.list()).rejects.toMatchObject({ status: 404 });
});
