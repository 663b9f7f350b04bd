import type { APIError } from "@anthropic-ai/sdk";
import Anthropic, {
  AuthenticationError,
  BadRequestError,
  ContentTooLargeError,
  NotFoundError,
} from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf } from "./failure-of.fixture.ts";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let gateway: Gateway;
let client: Anthropic;

beforeAll(async () => {
  gateway = await openGateway();
  const baseURL = `${gateway.url}/anthropic`;
  client = new Anthropic({ baseURL, apiKey: gateway.apiKey, maxRetries: 0 });
});
afterAll(() => gateway.close());

const model = "claude-haiku-5-5";
const say = (content: string): Anthropic.MessageParam[] => [{ role: "user", content }];
const weather: Anthropic.Tool = {
  name: "get_weather",
  description: "The weather somewhere.",
  input_schema: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
};

describe("Anthropic's SDK", () => {
  it("gets an answer with its usage", async () => {
    const { data, request_id, response } = await client.messages
      .create({
        model,
        max_tokens: 100,
        system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
        messages: say("Hello"),
        stop_sequences: ["END"],
        metadata: { user_id: "ann" },
      })
      .withResponse();
    expect(data).toMatchObject({
      type: "message",
      role: "assistant",
      model,
      content: [{ type: "text", text: `This is a rehearsal of ${model}. You said: "Hello"` }],
      stop_reason: "end_turn",
      stop_sequence: null,
    });
    expect(data.id).toMatch(/^msg_[a-z2-7]{26}$/);
    expect(data.usage.input_tokens).toBeGreaterThan(0);
    expect(data.usage.output_tokens).toBeGreaterThan(0);
    expect(request_id).toMatch(/^req_/);
    expect(response.headers.get("x-conea-task-id")).toBe(data.id.replace("msg_", "task_"));
  });

  it("is answered by any vendor of the catalogue", async () => {
    for (const name of ["gpt-5.5", "gemini-3.8-flash", "auto"]) {
      const { content } = await client.messages.create({
        model: name,
        max_tokens: 100,
        messages: say("Hello"),
      });
      expect(content[0]).toMatchObject({ type: "text" });
    }
  });

  it("streams a message, and puts it together with its usage", async () => {
    const stream = client.messages.stream({ model, max_tokens: 100, messages: say("Hello") });
    const pieces: string[] = [];
    const types: string[] = [];
    stream.on("text", (text) => pieces.push(text));
    stream.on("streamEvent", ({ type }) => types.push(type));
    const message = await stream.finalMessage();
    expect(pieces.length).toBeGreaterThan(1);
    expect(message.content).toMatchObject([{ type: "text", text: pieces.join("") }]);
    expect(message.stop_reason).toBe("end_turn");
    expect(message.usage.input_tokens).toBeGreaterThan(0);
    expect(message.usage.output_tokens).toBeGreaterThan(0);
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it("uses tools, whole and streamed, and goes on after their results", async () => {
    const params = { model, max_tokens: 100, messages: say("call get_weather"), tools: [weather] };
    const whole = await client.messages.create({ ...params, tool_choice: { type: "any" } });
    expect(whole.stop_reason).toBe("tool_use");
    const streamed = await client.messages.stream(params).finalMessage();
    const [use] = streamed.content;
    if (use?.type !== "tool_use") throw new Error("no tool was used");
    expect(use).toMatchObject({ name: "get_weather", input: { place: expect.any(String) } });
    const answered = await client.messages.create({
      ...params,
      messages: [
        ...params.messages,
        { role: "assistant", content: streamed.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: use.id, content: "sunny" }] },
      ],
    });
    expect(answered.content).toMatchObject([{ text: expect.stringContaining('answered: "sunny"') }]);
  });

  it("looks at images", async () => {
    const image = { type: "base64" as const, media_type: "image/png" as const, data: "iVBORw0KGgo=" };
    const { content } = await client.messages.create({
      model,
      max_tokens: 100,
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: image },
            { type: "text", text: "What is this?" },
          ],
        },
      ],
    });
    expect(content).toMatchObject([{ text: expect.stringContaining("What is this?") }]);
  });

  it("gets JSON of the shape it asks for", async () => {
    const schema = {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    };
    const { content } = await client.messages.create({
      model,
      max_tokens: 100,
      messages: say("Where to?"),
      output_config: { format: { type: "json_schema", schema } },
    });
    const [block] = content;
    expect(JSON.parse(block?.type === "text" ? block.text : "")).toEqual({ city: expect.any(String) });
  });

  it("lists the chat models and finds one", async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list({ limit: 2 })) ids.push(id);
    expect(ids).toContain(model);
    expect(ids).toContain("gpt-5.5");
    expect(ids).not.toContain("text-embedding-3-small");
    expect(await client.models.retrieve(model)).toMatchObject({ id: model, type: "model" });
    expect(await failureOf(client.models.retrieve("claude-0"))).toBeInstanceOf(NotFoundError);
  });
});

describe("Anthropic's SDK: what fails", () => {
  const fails = (params: object) => {
    const body = { model, max_tokens: 100, messages: say("Hi"), ...params };
    return failureOf<APIError>(client.messages.create(body as Anthropic.MessageCreateParamsNonStreaming));
  };

  it("is told in Anthropic's shape, with the request's id", async () => {
    const error = await fails({ model: "claude-0" });
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error?.type).toBe("not_found_error");
    expect(error?.requestID).toMatch(/^req_/);
    expect(error?.error).toMatchObject({ type: "error", error: { type: "not_found_error" } });
  });

  it("is refused for what cannot be honoured, by the field's name", async () => {
    const document = { type: "document", source: { type: "text", media_type: "text/plain", data: "x" } };
    const refusals: [object, string][] = [
      [{ tools: [{ type: "web_search_20250305", name: "web_search" }] }, "tools[0].type"],
      [{ messages: [{ role: "user", content: [document] }] }, "messages[0].content[0].type"],
      [{ messages: [{ role: "robot", content: "Hi" }] }, "messages[0].role"],
      [{ messages: [{ role: "user", content: "" }] }, "messages[0].content"],
      [{ messages: [] }, "messages"],
      [{ max_tokens: 0 }, "max_tokens"],
      [{ top_k: 5 }, "top_k"],
      [{ stop_sequences: ["a", "b", "c", "d", "e"] }, "stop_sequences"],
      [{ container: "container_1" }, "container"],
    ];
    for (const [params, field] of refusals) {
      const error = await fails(params);
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error?.type).toBe("invalid_request_error");
      expect(error?.message).toContain(field);
    }
  });

  it("is refused without a key, or with a wrong one", async () => {
    const stranger = new Anthropic({ baseURL: `${gateway.url}/anthropic`, apiKey: "wrong", maxRetries: 0 });
    const create = stranger.messages.create({ model, max_tokens: 100, messages: say("Hi") });
    const error = await failureOf<APIError>(create);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error?.type).toBe("authentication_error");
  });

  it("is refused when it is too large", async () => {
    const error = await fails({ messages: say("x".repeat(30_000_001)) });
    expect(error).toBeInstanceOf(ContentTooLargeError);
    expect(error?.type).toBe("request_too_large");
  });

  it("is told that tokens are not counted ahead", async () => {
    const error = await failureOf<APIError>(client.messages.countTokens({ model, messages: say("Hello") }));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error?.message).toContain("not counted ahead");
  });
});
