import OpenAI, { BadRequestError, NotFoundError } from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { failureOf } from "./failure-of.fixture.ts";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let gateway: Gateway;
let client: OpenAI;

beforeAll(async () => {
  gateway = await openGateway();
  client = new OpenAI({ baseURL: gateway.baseURL, apiKey: gateway.apiKey, maxRetries: 0 });
});
afterAll(() => gateway.close());

const model = "gpt-5.5";
const weather = {
  type: "function" as const,
  name: "get_weather",
  description: "The weather somewhere.",
  parameters: {
    type: "object",
    properties: { place: { type: "string" } },
    required: ["place"],
    additionalProperties: false,
  },
  strict: true,
};

describe("the openai SDK: responses", () => {
  it("gets an answer with its usage, and finds it again", async () => {
    const response = await client.responses.create({
      model,
      input: "Hello",
      instructions: "Be brief.",
      metadata: { order: "7" },
      max_output_tokens: 100,
      reasoning: { effort: "low" },
    });
    expect(response).toMatchObject({
      object: "response",
      status: "completed",
      model,
      instructions: "Be brief.",
      metadata: { order: "7" },
      max_output_tokens: 100,
      reasoning: { effort: "low" },
      error: null,
      incomplete_details: null,
    });
    expect(response.id).toMatch(/^resp_[a-z2-7]{26}$/);
    expect(response.output_text).toBe('This is a rehearsal of gpt-5.5. You said: "Hello"');
    expect(response.usage?.total_tokens).toBeGreaterThan(0);
    expect(await client.responses.retrieve(response.id)).toEqual(response);
  });

  it("is the task of that id", async () => {
    const { id } = await client.responses.create({ model, input: "Hello" });
    const headers = { Authorization: `Bearer ${gateway.apiKey}` };
    const answer = await fetch(`${gateway.url}/v1/tasks/${id.replace("resp_", "task_")}`, { headers });
    expect(await answer.json()).toMatchObject({ type: "chat", status: "succeeded" });
  });

  it("gets an object of the shape it asks for", async () => {
    const City = z.object({ city: z.string(), population: z.number() });
    const response = await client.responses.parse({
      model,
      input: "Where to?",
      text: { format: zodTextFormat(City, "city") },
    });
    expect(City.safeParse(response.output_parsed).success).toBe(true);
    expect(response.text?.format).toMatchObject({ type: "json_schema", name: "city", strict: true });
  });

  it("goes on after the result of a tool, by the id of the response that called it", async () => {
    const asked = await client.responses.create({ model, input: "call get_weather", tools: [weather] });
    const call = asked.output.find((item) => item.type === "function_call");
    expect(call).toMatchObject({ name: "get_weather", status: "completed" });
    const answered = await client.responses.create({
      model,
      previous_response_id: asked.id,
      input: [{ type: "function_call_output", call_id: call?.call_id ?? "", output: "sunny" }],
      tools: [weather],
    });
    expect(answered.output_text).toContain('The tool answered: "sunny"');
    expect(answered.previous_response_id).toBe(asked.id);
  });

  it("looks at images", async () => {
    const response = await client.responses.create({
      model,
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "What is this?" },
            { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=", detail: "auto" },
          ],
        },
      ],
    });
    expect(response.output_text).toContain("What is this?");
  });

  it("is refused for what cannot be honoured, by the field's name", async () => {
    const refusals: [OpenAI.Responses.ResponseCreateParamsNonStreaming, string][] = [
      [{ model, input: "Hi", tools: [{ type: "web_search" }] }, "tools[0].type"],
      [{ model, input: "Hi", conversation: "conv_1" }, "conversation"],
      [{ model, input: "Hi", truncation: "auto" }, "truncation"],
      [{ model, input: "Hi", top_logprobs: 3 }, "top_logprobs"],
      [{ model, input: "Hi", background: true, store: false }, "background"],
      [{ model, input: "" }, "input"],
      [{ model, input: [] }, "input"],
      [{ model }, "input"],
      [{ model, input: "Hi", previous_response_id: `resp_${"a".repeat(26)}` }, "previous_response_id"],
      [{ model, input: [{ type: "item_reference", id: `msg_${"a".repeat(26)}` }] }, "input"],
      [{ model, input: [{ type: "item_reference", id: "msg_1" }] }, "input"],
    ];
    for (const [params, param] of refusals) {
      const error = await failureOf(client.responses.create(params));
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error?.param).toBe(param);
    }
    const unknown = await failureOf(client.responses.create({ model: "gpt-0", input: "Hi" }));
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect(unknown?.code).toBe("model_not_found");
  });

  it("can be deleted, and is gone then", async () => {
    const { id } = await client.responses.create({ model, input: "Hello" });
    await client.responses.delete(id);
    expect(await failureOf(client.responses.retrieve(id))).toBeInstanceOf(NotFoundError);
    expect(await failureOf(client.responses.inputItems.list(id))).toBeInstanceOf(NotFoundError);
    const params = { model, input: "And?", previous_response_id: id };
    expect(await failureOf(client.responses.create(params))).toBeInstanceOf(BadRequestError);
  });
});

describe("the openai SDK: conversations of responses", () => {
  it("go on over many turns, without the instructions of earlier ones, also when an earlier one is deleted", async () => {
    const first = await client.responses.create({ model, input: "One", instructions: "Be brief." });
    const second = await client.responses.create({
      model,
      input: "Two",
      previous_response_id: first.id,
    });
    await client.responses.delete(first.id);
    const third = await client.responses.create({
      model,
      input: [{ role: "user", content: "Three" }],
      instructions: "Be kind.",
      previous_response_id: second.id,
    });
    expect(third.instructions).toBe("Be kind.");
    const items: string[] = [];
    for await (const item of client.responses.inputItems.list(third.id, { limit: 2, order: "asc" })) {
      if (item.type !== "message") throw new Error(item.type);
      const [part] = item.content;
      items.push(`${item.role}: ${part && "text" in part ? part.text : ""}`);
    }
    expect(items).toEqual([
      "user: One",
      `assistant: ${first.output_text}`,
      "user: Two",
      `assistant: ${second.output_text}`,
      "user: Three",
    ]);
  });

  it("are listed newest first unless told otherwise, page by page", async () => {
    const { id } = await client.responses.create({
      model,
      input: ["One", "Two", "Three"].map((content) => ({ role: "user", content })),
    });
    const page = await client.responses.inputItems.list(id, { limit: 2 });
    expect(page.data.map((item) => item.id.split("_").at(-1))).toEqual(["in2", "in1"]);
    expect(page.has_more).toBe(true);
    const rest = await page.getNextPage();
    expect(rest.data.map((item) => item.id.split("_").at(-1))).toEqual(["in0"]);
    expect(rest.has_more).toBe(false);
  });

  it("may be given whole by the caller, items of earlier responses and references to them included", async () => {
    const asked = await client.responses.create({ model, input: "call get_weather", tools: [weather] });
    const [call] = asked.output;
    if (call?.type !== "function_call") throw new Error("no call");
    const output = { type: "function_call_output" as const, call_id: call.call_id, output: "cold" };
    const question = { role: "user" as const, content: "call get_weather" };
    for (const said of [call, { type: "item_reference" as const, id: call.id ?? "" }]) {
      const response = await client.responses.create({ model, input: [question, said, output] });
      expect(response.output_text).toContain('The tool answered: "cold"');
    }
  });

  it("hold more than a document does", async () => {
    const first = await client.responses.create({ model, input: "word ".repeat(60_000) });
    const second = await client.responses.create({
      model,
      input: "And now?",
      previous_response_id: first.id,
    });
    expect(second.output_text).toContain("And now?");
    const { data } = await client.responses.inputItems.list(second.id, { order: "asc" });
    expect(data).toHaveLength(3);
  });
});
