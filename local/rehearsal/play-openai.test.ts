import { OpenAI, toFile } from "openai";
import { describe, expect, test } from "vitest";
import { citySchema, useRehearsal } from "./rehearsal.fixture.ts";

const baseUrl = useRehearsal("openai");
const open = () => new OpenAI({ apiKey: "any", baseURL: baseUrl(), maxRetries: 0 });
const model = "gpt-5";
const sentence = 'This is a rehearsal of gpt-5. You said: "Hello, Graz! 🗻"';
const messages = [{ role: "user" as const, content: "Hello, Graz! 🗻" }];
const tools = [
  { type: "function" as const, function: { name: "noop" } },
  { type: "function" as const, function: { name: "get_city", parameters: citySchema } },
];

describe("chat", () => {
  test("names the model and repeats what was said, with usage and a request id", async () => {
    const { data, request_id } = await open().chat.completions.create({ model, messages }).withResponse();
    expect(data.choices[0]).toMatchObject({ message: { content: sentence }, finish_reason: "stop" });
    expect(data.usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 15, total_tokens: 19 });
    expect(request_id).toMatch(/^req_rehearsal\d+$/);
  });

  test("streams the same in several pieces, and usage where it is asked for", async () => {
    const stream = await open().chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const pieces = chunks.flatMap(({ choices }) => choices[0]?.delta.content || []);
    expect(pieces.join("")).toBe(sentence);
    expect(pieces.length).toBeGreaterThan(3);
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(15);
  });

  test.each<[string, object]>([
    ["the user says so", { messages: [{ role: "user", content: "Please call get_city now." }] }],
    ["it is named", { messages, tool_choice: { type: "function", function: { name: "get_city" } } }],
    ["it must call one", { messages, tools: tools.slice(1), tool_choice: "required" }],
  ])("calls a tool when %s, with arguments that fit, whole and streamed", async (_when, rest) => {
    const asked = { model, messages, tools, ...rest };
    const whole = await open().chat.completions.create(asked);
    const streamed = await open().chat.completions.stream(asked).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]?.finish_reason).toBe("tool_calls");
      const [call] = choices[0]?.message.tool_calls ?? [];
      expect(call).toMatchObject({ type: "function", function: { name: "get_city" } });
      const text = call?.type === "function" ? call.function.arguments : "";
      expect(JSON.parse(text)).toEqual({ city: "rehearsal", population: 1 });
    }
  });

  test("answers in words once the tool has answered, and when it may not call one", async () => {
    const tool_calls = [
      { id: "c1", type: "function" as const, function: { name: "get_city", arguments: "{}" } },
    ];
    const answered = await open().chat.completions.create({
      model,
      tools,
      messages: [
        ...messages,
        { role: "assistant", tool_calls },
        { role: "tool", tool_call_id: "c1", content: "18 °C" },
      ],
    });
    expect(answered.choices[0]?.message.content).toContain('The tool answered: "18 °C"');
    const forbidden = await open().chat.completions.create({
      model,
      tools,
      tool_choice: "none",
      messages: [{ role: "user", content: "call get_city" }],
    });
    expect(forbidden.choices[0]?.finish_reason).toBe("stop");
  });

  test("writes JSON when it must fit a schema, or be JSON of any shape", async () => {
    const write = async (response_format: OpenAI.ChatCompletionCreateParams["response_format"]) => {
      const { choices } = await open().chat.completions.create({ model, messages, response_format });
      return JSON.parse(choices[0]?.message.content ?? "");
    };
    const json_schema = { name: "city", schema: citySchema };
    expect(await write({ type: "json_schema", json_schema })).toEqual({ city: "rehearsal", population: 1 });
    expect(await write({ type: "json_object" })).toEqual({ answer: sentence });
  });
});

test("completes a legacy prompt, whole and streamed", async () => {
  const asked = { model: "gpt-3.5-turbo-instruct", prompt: "Once upon a time" };
  const whole = await open().completions.create(asked);
  expect(whole.choices[0]).toMatchObject({ finish_reason: "stop" });
  expect(whole.choices[0]?.text).toContain("Once upon a time");
  const stream = await open().completions.create({
    ...asked,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await Array.fromAsync(stream);
  expect(chunks.map(({ choices }) => choices[0]?.text ?? "").join("")).toBe(whole.choices[0]?.text);
  expect(chunks.at(-1)?.usage).toEqual(whole.usage);
});

test("embeds each input, in the dimensions asked for", async () => {
  const { data, usage } = await open().embeddings.create({
    model: "text-embedding-3-small",
    input: ["a red cat", "a red cat", "quarterly figures"],
    dimensions: 64,
    encoding_format: "float",
  });
  expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
    [0, 64],
    [1, 64],
    [2, 64],
  ]);
  expect(data[0]?.embedding).toEqual(data[1]?.embedding);
  expect(data[0]?.embedding).not.toEqual(data[2]?.embedding);
  expect(usage.prompt_tokens).toBe(11);
});

test("draws as many pictures as asked for", async () => {
  const { data, output_format } = await open().images.generate({
    model: "gpt-image-2",
    prompt: "a cat",
    n: 2,
  });
  expect(data).toHaveLength(2);
  expect(output_format).toBe("png");
  expect(
    Buffer.from(data?.[0]?.b64_json ?? "", "base64")
      .subarray(1, 4)
      .toString(),
  ).toBe("PNG");
});

test.each([
  ["mp3", "audio/mpeg"],
  ["wav", "audio/wav"],
  ["pcm", "audio/pcm"],
] as const)("speaks %s", async (response_format, contentType) => {
  const asked = { model: "gpt-4o-mini-tts", voice: "coral", input: "Hello", response_format };
  const response = await open().audio.speech.create(asked);
  expect(response.headers.get("content-type")).toBe(contentType);
  expect((await response.bytes()).length).toBeGreaterThan(1_000);
});

test("transcribes a recording", async () => {
  const file = await toFile(new Uint8Array(1_000), "audio.wav", { type: "audio/wav" });
  const { text } = await open().audio.transcriptions.create({ model: "gpt-4o-mini-transcribe", file });
  expect(text).toBe("This is a rehearsal of gpt-4o-mini-transcribe. It was given 1000 bytes of audio.");
});

test("refuses what it does not know as OpenAI would", async () => {
  await expect(open().models.list()).rejects.toMatchObject({ status: 404, type: "invalid_request_error" });
  await expect(open().chat.completions.create({ model, messages: [] })).rejects.toMatchObject({
    status: 400,
  });
  const opus = { model: "tts-1", voice: "coral", input: "Hello", response_format: "opus" as const };
  await expect(open().audio.speech.create(opus)).rejects.toMatchObject({
    status: 400,
    param: "response_format",
  });
});
