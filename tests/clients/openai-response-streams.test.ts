import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
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

describe("the openai SDK: streamed responses", () => {
  it("come as typed events, numbered, with the text in pieces", async () => {
    const stream = await client.responses.create({ model, input: "Tell me a story.", stream: true });
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    const types = events.map(({ type }) => type);
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const numbers = events.map(({ sequence_number: number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
    expect(numbers.slice(0, 4)).toEqual([0, 1, 2, 3]);
    const deltas = events.flatMap((event) =>
      event.type === "response.output_text.delta" ? [event.delta] : [],
    );
    expect(deltas.length).toBeGreaterThan(1);
    const last = events.at(-1);
    if (last?.type !== "response.completed") throw new Error("not completed");
    expect(last.response.output[0]).toMatchObject({ content: [{ text: deltas.join("") }] });
    expect(last.response.usage?.total_tokens).toBeGreaterThan(0);
    expect(await client.responses.retrieve(last.response.id)).toMatchObject({
      output_text: deltas.join(""),
    });
  });

  it("are put together by the SDK to what it finds afterwards", async () => {
    const stream = client.responses.stream({ model, input: "Tell me a story." });
    const response = await stream.finalResponse();
    expect(response.status).toBe("completed");
    expect(await client.responses.retrieve(response.id)).toMatchObject({
      output: response.output.map(({ id }) => ({ id })),
      output_text: response.output_text,
    });
  });

  it("bring the calls of tools", async () => {
    const stream = client.responses.stream({ model, input: "call get_weather", tools: [weather] });
    const deltas: string[] = [];
    stream.on("response.function_call_arguments.delta", ({ delta }) => deltas.push(delta));
    const { output } = await stream.finalResponse();
    const [call] = output;
    if (call?.type !== "function_call") throw new Error("no call");
    expect(call).toMatchObject({ name: "get_weather", status: "completed", arguments: deltas.join("") });
    expect(JSON.parse(call.arguments)).toHaveProperty("place");
  });

  it("bring an object of the shape that was asked for", async () => {
    const City = z.object({ city: z.string() });
    const format = zodTextFormat(City, "city");
    const stream = client.responses.stream({ model, input: "Where to?", text: { format } });
    const { output_parsed: parsed } = await stream.finalResponse();
    expect(City.safeParse(parsed).success).toBe(true);
  });
});

describe("the openai SDK: responses in the background", () => {
  it("may be streamed as well", async () => {
    const stream = client.responses.stream({ model, input: "Hello", background: true });
    expect(await stream.finalResponse()).toMatchObject({ status: "completed", background: true });
  });

  it("go on from the last event that was read, in a stream of their own", async () => {
    const input = "Tell me a story.";
    const first = await client.responses.create({ model, input, background: true, stream: true });
    let [id, said, after] = ["", "", 0];
    for await (const event of first) {
      after = event.sequence_number;
      if (event.type === "response.created") id = event.response.id;
      if (event.type !== "response.output_text.delta") continue;
      said += event.delta;
      break;
    }
    expect(said).not.toBe("");
    const rest = await client.responses.retrieve(id, { stream: true, starting_after: after });
    for await (const event of rest) {
      expect(event.sequence_number).toBeGreaterThan(after);
      after = event.sequence_number;
      if (event.type === "response.output_text.delta") said += event.delta;
    }
    expect(await client.responses.retrieve(id)).toMatchObject({ status: "completed", output_text: said });
  });

  it("are put together by the SDK that comes to them later", async () => {
    const { id } = await client.responses.create({ model, input: "Hello", background: true });
    const stream = client.responses.stream({ response_id: id, starting_after: 3 });
    const numbers: number[] = [];
    stream.on("event", ({ sequence_number: number }) => numbers.push(number));
    const response = await stream.finalResponse();
    expect(response).toMatchObject({ id, status: "completed" });
    expect(response.output_text).toContain("Hello");
    expect(Math.min(...numbers)).toBeGreaterThan(3);
  });

  it("are answered at once and completed later", async () => {
    const queued = await client.responses.create({ model, input: "Hello", background: true });
    expect(queued).toMatchObject({ status: "queued", background: true, output: [] });
    const deadline = Date.now() + 15_000;
    let response = queued;
    while (response.status === "queued" || response.status === "in_progress") {
      if (Date.now() > deadline) throw new Error(`still ${response.status}`);
      response = await client.responses.retrieve(queued.id);
    }
    expect(response).toMatchObject({ id: queued.id, status: "completed", background: true });
    expect(response.output_text).toContain("Hello");
    expect(await client.responses.cancel(queued.id)).toMatchObject({ status: "completed" });
  });
});
