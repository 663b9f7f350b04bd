import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, embedMany, generateObject, generateText, streamText, tool } from "ai";
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

describe("the Vercel AI SDK", () => {
  it("generates text, with its usage", async () => {
    const { text, usage, finishReason } = await generateText({
      model: openai.chat("gpt-5.5"),
      system: "Be brief.",
      prompt: "Hello",
    });
    expect(text).toBe('This is a rehearsal of gpt-5.5. You said: "Hello"');
    expect(finishReason).toBe("stop");
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  it("streams text, with its usage", async () => {
    const { textStream, usage } = streamText({ model: openai.chat("claude-haiku-5-5"), prompt: "Hello" });
    const pieces: string[] = [];
    for await (const piece of textStream) pieces.push(piece);
    expect(pieces.join("")).toContain("claude-haiku-5-5");
    expect(pieces.length).toBeGreaterThan(1);
    expect((await usage).outputTokens).toBeGreaterThan(0);
  });

  it("generates an object that fits a schema", async () => {
    const schema = z.object({ city: z.string(), days: z.number() });
    const { object } = await generateObject({ model: openai.chat("gpt-5.5"), schema, prompt: "Where to?" });
    expect(schema.safeParse(object).success).toBe(true);
  });

  it.each(["gpt-5.5", "gemini-3.8-flash"])("calls a tool through %s", async (model) => {
    const { steps } = await generateText({
      model: openai.chat(model),
      prompt: "call get_weather",
      tools: {
        get_weather: tool({
          description: "The weather somewhere.",
          inputSchema: z.object({ place: z.string() }),
          execute: async () => "sunny",
        }),
      },
      stopWhen: ({ steps: done }) => done.length >= 3,
    });
    expect(steps[0]?.toolResults[0]?.output).toBe("sunny");
    expect(steps.at(-1)?.text).toContain("sunny");
  });

  it("embeds many", async () => {
    const { embeddings, usage } = await embedMany({
      model: openai.embedding("text-embedding-3-small"),
      values: ["a", "b"],
    });
    expect(embeddings.map(({ length }) => length)).toEqual([1536, 1536]);
    expect(usage.tokens).toBeGreaterThan(0);
  });

  it("throws its own error, with the status and our sentence", async () => {
    const failure = await generateText({ model: openai.chat("gpt-9"), prompt: "Hi", maxRetries: 0 }).catch(
      (error: unknown) => error,
    );
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ statusCode: 404, isRetryable: false });
    expect(String(failure)).toContain('There is no model "gpt-9".');
  });
});
