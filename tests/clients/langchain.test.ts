import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let gateway: Gateway;

beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway.close());

const open = (model = "gpt-5.5") =>
  new ChatOpenAI({
    model,
    apiKey: gateway.apiKey,
    maxRetries: 0,
    configuration: { baseURL: gateway.baseURL },
  });

const weather = tool(async () => "sunny", {
  name: "get_weather",
  description: "The weather somewhere.",
  schema: z.object({ place: z.string() }),
});

describe("LangChain", () => {
  it("invokes a chat, with its usage", async () => {
    const answer = await open().invoke([new SystemMessage("Be brief."), new HumanMessage("Hello")]);
    expect(answer.content).toBe('This is a rehearsal of gpt-5.5. You said: "Hello"');
    expect(answer.usage_metadata?.output_tokens).toBeGreaterThan(0);
  });

  it("streams", async () => {
    const pieces: string[] = [];
    for await (const { content } of await open("claude-haiku-5-5").stream("Hello")) {
      if (content) pieces.push(String(content));
    }
    expect(pieces.join("")).toContain('You said: "Hello"');
    expect(pieces.length).toBeGreaterThan(1);
  });

  it("is given tool calls, whole and streamed", async () => {
    const bound = open().bindTools([weather]);
    const { tool_calls: calls } = await bound.invoke("call get_weather");
    expect(calls).toMatchObject([{ name: "get_weather", args: { place: expect.any(String) } }]);
    let streamed: Awaited<ReturnType<typeof bound.invoke>> | undefined;
    for await (const chunk of await bound.stream("call get_weather")) {
      streamed = streamed ? streamed.concat(chunk) : chunk;
    }
    expect(streamed?.tool_calls).toMatchObject([{ name: "get_weather" }]);
  });

  it("is given structured output", async () => {
    const Answer = z.object({ city: z.string(), days: z.number() });
    const answer = await open().withStructuredOutput(Answer, { name: "trip" }).invoke("Where to?");
    expect(Answer.safeParse(answer).success).toBe(true);
  });

  it("embeds documents and a query", async () => {
    const embeddings = new OpenAIEmbeddings({
      model: "text-embedding-3-small",
      apiKey: gateway.apiKey,
      configuration: { baseURL: gateway.baseURL },
    });
    const [first, second] = await embeddings.embedDocuments(["a", "b"]);
    expect([first?.length, second?.length]).toEqual([1536, 1536]);
    expect(await embeddings.embedQuery("a")).toEqual(first);
  });
});
