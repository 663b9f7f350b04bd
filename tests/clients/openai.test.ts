import OpenAI, { type APIError, AuthenticationError, BadRequestError, NotFoundError, toFile } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Task } from "../../shared/api/task.ts";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let gateway: Gateway;
let client: OpenAI;

beforeAll(async () => {
  gateway = await openGateway();
  client = new OpenAI({ baseURL: gateway.baseURL, apiKey: gateway.apiKey, maxRetries: 0 });
});
afterAll(() => gateway.close());

const say = (content: string) => [{ role: "user" as const, content }];
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as APIError,
  );

async function taskOf(response: Response): Promise<Task> {
  const headers = { Authorization: `Bearer ${gateway.apiKey}` };
  const answer = await fetch(`${gateway.url}/v1/tasks/${response.headers.get("x-conea-task-id")}`, {
    headers,
  });
  return (await answer.json()) as Task;
}

describe("the openai SDK: chat", () => {
  it("gets an answer with its usage, and the task behind it is on record", async () => {
    const { data, response } = await client.chat.completions
      .create({ model: "gpt-5.5", messages: say("Hello"), metadata: { order: "7" } })
      .withResponse();
    expect(data).toMatchObject({ object: "chat.completion", model: "gpt-5.5" });
    expect(data.choices[0]).toMatchObject({
      index: 0,
      finish_reason: "stop",
      message: {
        role: "assistant",
        content: 'This is a rehearsal of gpt-5.5. You said: "Hello"',
        refusal: null,
      },
    });
    expect(data.usage?.total_tokens).toBe(
      (data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0),
    );
    expect(response.headers.get("x-conea-route")).toBe("openai/gpt-5.5");
    expect(await taskOf(response)).toMatchObject({
      status: "succeeded",
      type: "chat",
      metadata: { order: "7" },
      result: { text: data.choices[0]?.message.content },
    });
  });

  it("is answered by any vendor of the catalogue", async () => {
    for (const model of ["claude-haiku-5-5", "gemini-3.8-flash"]) {
      const { choices } = await client.chat.completions.create({ model, messages: say("Hello") });
      expect(choices[0]?.message.content).toContain(model);
    }
  });

  it("takes provider/model and auto as a model's name", async () => {
    const named = await client.chat.completions.create({ model: "openai/gpt-5.4-mini", messages: say("Hi") });
    expect(named.model).toBe("gpt-5.4-mini");
    const chosen = await client.chat.completions.create({ model: "auto", messages: say("Hi") });
    expect(chosen.choices[0]?.message.content).toContain(chosen.model);
  });

  it("streams the same text it would have answered, in several chunks, and ends", async () => {
    const stream = await client.chat.completions.create({
      model: "gpt-5.5",
      messages: say("Tell me a long story about queues and their lines."),
      stream: true,
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(text).toContain('You said: "Tell me a long story');
    expect(chunks.filter(({ choices }) => choices[0]?.delta.content).length).toBeGreaterThan(1);
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  it("streams the usage last, and only there, when asked to", async () => {
    const stream = await client.chat.completions.create({
      model: "gpt-5.5",
      messages: say("Hello"),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: expect.any(Number) } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it("assembles a streamed answer with its own helper", async () => {
    const runner = client.chat.completions.stream({ model: "gpt-5.5", messages: say("Hello") });
    expect(await runner.finalContent()).toBe('This is a rehearsal of gpt-5.5. You said: "Hello"');
  });

  const weather = {
    type: "function" as const,
    function: {
      name: "get_weather",
      description: "The weather somewhere.",
      parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
    },
  };

  it.each([false, true])("runs tools to the end (streamed: %s)", async (stream) => {
    const called: string[] = [];
    const tool = {
      type: "function" as const,
      function: {
        ...weather.function,
        parse: JSON.parse,
        function: ({ place }: { place: string }) => {
          called.push(place);
          return "sunny";
        },
      },
    };
    const common = { model: "gpt-5.5", messages: say("call get_weather"), tools: [tool] };
    const runner = stream
      ? client.chat.completions.runTools({ ...common, stream: true })
      : client.chat.completions.runTools(common);
    expect(await runner.finalContent()).toContain('The tool answered: "sunny"');
    expect(called).toHaveLength(1);
  });

  it("streams a tool call in parts: its name first, then its arguments", async () => {
    const stream = await client.chat.completions.create({
      model: "gpt-5.5",
      messages: say("call get_weather"),
      tools: [weather],
      stream: true,
    });
    const parts: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall[] = [];
    let reason: string | null | undefined;
    for await (const { choices } of stream) {
      parts.push(...(choices[0]?.delta.tool_calls ?? []));
      reason = choices[0]?.finish_reason ?? reason;
    }
    expect(parts[0]).toMatchObject({ index: 0, id: expect.any(String), function: { name: "get_weather" } });
    const text = parts.map((part) => part.function?.arguments ?? "").join("");
    expect(JSON.parse(text)).toHaveProperty("place");
    expect(reason).toBe("tool_calls");
  });

  it("parses structured output", async () => {
    const Answer = z.object({ city: z.string(), days: z.number() });
    const { choices } = await client.chat.completions.parse({
      model: "gpt-5.5",
      messages: say("Where to?"),
      response_format: zodResponseFormat(Answer, "trip"),
    });
    expect(Answer.safeParse(choices[0]?.message.parsed).success).toBe(true);
  });

  it("cancels the task of a stream it leaves, where it asked for that", async () => {
    const { data, response } = await client.chat.completions
      .create(
        { model: "gpt-5.5", messages: say("Tell me a very long story. ".repeat(7)), stream: true },
        { headers: { "x-conea-on-disconnect": "cancel" } },
      )
      .withResponse();
    for await (const { choices } of data) if (choices[0]?.delta.content) break;
    const id = response.headers.get("x-conea-task-id");
    const headers = { Authorization: `Bearer ${gateway.apiKey}` };
    const events = await (await fetch(`${gateway.url}/v1/tasks/${id}/events`, { headers })).text();
    expect(events).toMatch(/event: done\ndata: .*"status":"cancelled"/);
  });

  it("sends an image as a data URL, which is kept as an upload", async () => {
    const url = `data:image/png;base64,${Buffer.from("not much of a picture").toString("base64")}`;
    const content = [
      { type: "text" as const, text: "What is this?" },
      { type: "image_url" as const, image_url: { url, detail: "low" as const } },
    ];
    const { response } = await client.chat.completions
      .create({ model: "gpt-5.5", messages: [{ role: "user", content }] })
      .withResponse();
    const { status, input } = await taskOf(response);
    expect(status).toBe("succeeded");
    expect(JSON.stringify(input)).toMatch(/"image":\{"blob":"blob_[a-z2-7]{26}"\}/);
  });
});

describe("the openai SDK: everything else", () => {
  it("lists the models and gets one, and throws its NotFoundError for another", async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toContain("gpt-5.5");
    expect(await client.models.retrieve("gpt-5.5")).toMatchObject({ object: "model", owned_by: "openai" });
    expect(await client.models.retrieve("openai/gpt-5.5")).toMatchObject({ id: "gpt-5.5" });
    expect(await failureOf(client.models.retrieve("gemini/gpt-5.5"))).toBeInstanceOf(NotFoundError);
    expect(await failureOf(client.models.retrieve("gpt-5.6"))).toBeInstanceOf(NotFoundError);
  });

  it("embeds one text and many, and reads base64 as the same numbers", async () => {
    const model = "text-embedding-3-small";
    const packed = await client.embeddings.create({ model, input: ["a", "b", "c"] });
    const plain = await client.embeddings.create({ model, input: "b", encoding_format: "float" });
    expect(packed.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(packed.data[1]?.embedding).toHaveLength(1536);
    plain.data[0]?.embedding.forEach((value, index) => {
      expect(packed.data[1]?.embedding[index]).toBeCloseTo(value, 6);
    });
    const short = await client.embeddings.create({ model, input: "a", dimensions: 8 });
    expect(short.data[0]?.embedding).toHaveLength(8);
  });

  it("embeds so many texts that the result is no document", async () => {
    const input = Array.from({ length: 40 }, (_, index) => `text ${index}`);
    const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input });
    expect(data).toHaveLength(40);
  });

  it("completes a text, whole and streamed", async () => {
    const common = { model: "gpt-3.5-turbo-instruct", prompt: "Once upon a time" };
    const whole = await client.completions.create(common);
    expect(whole).toMatchObject({ object: "text_completion", choices: [{ finish_reason: "stop" }] });
    let text = "";
    for await (const { choices } of await client.completions.create({ ...common, stream: true })) {
      text += choices[0]?.text ?? "";
    }
    expect(text).toBe(whole.choices[0]?.text);
  });

  it("makes images, as content and as links that work", async () => {
    const common = { model: "gpt-image-2", prompt: "A queue", n: 2 };
    const { data = [], usage } = await client.images.generate(common);
    expect(data).toHaveLength(2);
    expect(
      Buffer.from(data[0]?.b64_json ?? "", "base64")
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    expect(usage?.output_tokens).toBeGreaterThan(0);
    const linked = await client.images.generate({ ...common, n: 1, response_format: "url" });
    const picture = await fetch(linked.data?.[0]?.url ?? "");
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);
  });

  it("speaks", async () => {
    const response = await client.audio.speech.create({
      model: "gpt-4o-mini-tts",
      voice: "alloy",
      input: "Hello",
      response_format: "wav",
    });
    expect(response.headers.get("content-type")).toBe("audio/wav");
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe("RIFF");
  });

  it("transcribes, as JSON, as text, and with what else is known", async () => {
    const file = () => toFile(Buffer.from("RIFF, more or less"), "speech.wav");
    const common = { model: "gpt-transcribe" };
    const json = await client.audio.transcriptions.create({ ...common, file: await file() });
    expect(json.text).toContain("It was given 18 bytes of audio.");
    const text = await client.audio.transcriptions.create({
      ...common,
      file: await file(),
      response_format: "text",
    });
    expect(text).toBe(`${json.text}\n`);
    const verbose = await client.audio.transcriptions.create({
      ...common,
      file: await file(),
      response_format: "verbose_json",
    });
    expect(verbose).toMatchObject({ task: "transcribe", text: json.text });
  });

  it("is told that nobody moderates", async () => {
    const failure = await failureOf(client.moderations.create({ input: "Is this bad?" }));
    expect(failure).toBeInstanceOf(NotFoundError);
    expect(failure?.message).toContain("No provider of this installation moderates");
  });
});

describe("the openai SDK: errors", () => {
  it("throws its own class for each kind, with code, param and request id", async () => {
    const ask = (more: object) =>
      client.chat.completions.create({ model: "gpt-5.5", messages: say("Hi"), ...more });
    const unknown = await failureOf(ask({ model: "gpt-9" }));
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect(unknown?.code).toBe("model_not_found");
    expect(unknown?.requestID).toMatch(/^req_/);
    const invalid = await failureOf(ask({ temperature: 3 }));
    expect(invalid).toBeInstanceOf(BadRequestError);
    expect(invalid).toMatchObject({ param: "temperature", type: "invalid_request_error" });
    const wrongKey = new OpenAI({ baseURL: gateway.baseURL, apiKey: "wrong", maxRetries: 0 });
    const denied = await failureOf(wrongKey.models.list());
    expect(denied).toBeInstanceOf(AuthenticationError);
    expect(denied?.code).toBe("invalid_api_key");
  });

  it.each([
    { n: 2 },
    { logprobs: true },
    { presence_penalty: 0.5 },
    { logit_bias: { 50256: -100 } },
    { modalities: ["text", "audio"] },
    { functions: [] },
    { surprise: 1 },
  ])("refuses %j by its name", async (more) => {
    const body = { model: "gpt-5.5", messages: say("Hi"), ...more };
    const failure = await failureOf(client.chat.completions.create(body as never));
    expect(failure).toBeInstanceOf(BadRequestError);
    expect(failure?.param).toBe(Object.keys(more)[0]);
  });

  it("lets pass what asks for nothing", async () => {
    const { choices } = await client.chat.completions.create({
      model: "gpt-5.5",
      messages: say("Hi"),
      n: 1,
      logprobs: false,
      presence_penalty: 0,
      store: true,
      user: "ann",
      service_tier: "flex",
      safety_identifier: "hash",
      stop: null,
      logit_bias: null,
      tools: [],
    });
    expect(choices).toHaveLength(1);
  });
});
