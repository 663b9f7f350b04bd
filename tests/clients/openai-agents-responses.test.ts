import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from "@openai/agents";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let gateway: Gateway;
let runner: Runner;

beforeAll(async () => {
  setTracingDisabled(true);
  gateway = await openGateway();
  const { baseURL, apiKey } = gateway;
  runner = new Runner({ modelProvider: new OpenAIProvider({ baseURL, apiKey, useResponses: true }) });
});
afterAll(() => gateway.close());

const weather = tool({
  name: "get_weather",
  description: "The weather somewhere.",
  parameters: z.object({ place: z.string() }),
  execute: async () => "sunny",
});
const anAgent = () => new Agent({ name: "Ann", model: "gpt-5.5", instructions: "Help.", tools: [weather] });

describe("OpenAI's agents, by responses", () => {
  it("answer after a tool's result", async () => {
    const { finalOutput } = await runner.run(anAgent(), "call get_weather");
    expect(finalOutput).toContain('The tool answered: "sunny"');
  });

  it("answer in the shape they are asked for", async () => {
    const outputType = z.object({ city: z.string(), days: z.number() });
    const agent = new Agent({ name: "Ann", model: "gpt-5.5", instructions: "Help.", outputType });
    const { finalOutput } = await runner.run(agent, "Where to?");
    expect(outputType.safeParse(finalOutput).success).toBe(true);
  });

  it("stream, with a tool in between", async () => {
    const result = await runner.run(anAgent(), "call get_weather", { stream: true });
    let text = "";
    for await (const piece of result.toTextStream()) text += piece;
    await result.completed;
    expect(text).toContain('The tool answered: "sunny"');
  });

  it("go on from the last response", async () => {
    const agent = new Agent({ name: "Ann", model: "gpt-5.5", instructions: "Help." });
    const first = await runner.run(agent, "Hello");
    expect(first.lastResponseId).toMatch(/^resp_/);
    const previousResponseId = first.lastResponseId ?? "";
    const { finalOutput } = await runner.run(agent, "And now?", { previousResponseId });
    expect(finalOutput).toContain("And now?");
  });

  it("take over from one another, and carry the conversation along", async () => {
    const bob = new Agent({ name: "Bob", model: "claude-haiku-5-5", instructions: "Help." });
    const ann = Agent.create({ name: "Ann", model: "gpt-5.5", instructions: "Help.", handoffs: [bob] });
    const { finalOutput, lastAgent, history } = await runner.run(ann, "call transfer_to_Bob");
    expect(lastAgent?.name).toBe("Bob");
    expect(finalOutput).toContain("claude-haiku-5-5");
    const again = await runner.run(bob, [...history, { role: "user", content: "Thanks" }]);
    expect(again.finalOutput).toContain("Thanks");
  });
});
