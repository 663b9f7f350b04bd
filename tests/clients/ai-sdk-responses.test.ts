import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateObject, generateText, isStepCount, streamText, tool } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let gateway: Gateway;
let openai: ReturnType<typeof createOpenAI>;

beforeAll(async () => {
  gateway = await openGateway();
  openai = createOpenAI({ baseURL: gateway.baseURL, apiKey: gateway.apiKey });
});
afterAll(() => gateway.close());

const weather = tool({
  description: "The weather somewhere.",
  inputSchema: z.object({ place: z.string() }),
  execute: async () => "sunny",
});

describe("the Vercel AI SDK, by responses as is its default", () => {
  it("generates text, with its usage", async () => {
    const { text, usage, finishReason, response } = await generateText({
      model: openai("gpt-5.5"),
      system: "Be brief.",
      prompt: "Hello",
    });
    expect(text).toBe('This is a rehearsal of gpt-5.5. You said: "Hello"');
    expect(finishReason).toBe("stop");
    expect(usage.outputTokens).toBeGreaterThan(0);
    expect(response.id).toMatch(/^resp_/);
  });

  it("streams text, with its usage", async () => {
    const { textStream, usage, finishReason } = streamText({ model: openai("gpt-5.5"), prompt: "Hello" });
    const pieces: string[] = [];
    for await (const piece of textStream) pieces.push(piece);
    expect(pieces.join("")).toBe('This is a rehearsal of gpt-5.5. You said: "Hello"');
    expect(pieces.length).toBeGreaterThan(1);
    expect(await finishReason).toBe("stop");
    expect((await usage).outputTokens).toBeGreaterThan(0);
  });

  it("generates an object that fits a schema", async () => {
    const schema = z.object({ city: z.string(), days: z.number() });
    const { object } = await generateObject({ model: openai("gpt-5.5"), schema, prompt: "Where to?" });
    expect(schema.safeParse(object).success).toBe(true);
  });

  it("carries tools over several steps", async () => {
    const { text, steps } = await generateText({
      model: openai("gpt-5.5"),
      tools: { weather },
      stopWhen: isStepCount(3),
      prompt: "call weather",
    });
    expect(steps).toHaveLength(2);
    expect(text).toContain('The tool answered: "sunny"');
  });

  it("streams tools over several steps", async () => {
    const { textStream } = streamText({
      model: openai("gpt-5.5"),
      tools: { weather },
      stopWhen: isStepCount(3),
      prompt: "call weather",
    });
    let text = "";
    for await (const piece of textStream) text += piece;
    expect(text).toContain('The tool answered: "sunny"');
  });

  it("goes on with a conversation by references to what was said", async () => {
    const bodies: string[] = [];
    const { baseURL, apiKey } = gateway;
    const model = createOpenAI({
      baseURL,
      apiKey,
      fetch: (url, init) => {
        bodies.push(String(init?.body));
        return fetch(url, init);
      },
    })("claude-haiku-5-5");
    const hello = { role: "user" as const, content: "Hello" };
    const first = await generateText({ model, messages: [hello] });
    const messages = [hello, ...first.response.messages, { role: "user" as const, content: "And?" }];
    const { text } = await generateText({ model, messages });
    expect(text).toContain("And?");
    expect(bodies[1]).toContain('"item_reference"');
  });

  it("is told of what fails by its status", async () => {
    const call = generateText({ model: openai("gpt-0"), prompt: "Hello", maxRetries: 0 });
    const failure = await call.catch((error) => error);
    expect(APICallError.isInstance(failure) && failure.statusCode).toBe(404);
  });
});
