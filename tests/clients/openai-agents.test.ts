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
  runner = new Runner({ modelProvider: new OpenAIProvider({ baseURL, apiKey, useResponses: false }) });
});
afterAll(() => gateway.close());

const weather = tool({
  name: "get_weather",
  description: "The weather somewhere.",
  parameters: z.object({ place: z.string() }),
  execute: async () => "sunny",
});

describe("OpenAI's agents, by chat completions", () => {
  it("answer after a tool's result", async () => {
    const agent = new Agent({ name: "Ann", model: "gpt-5.5", instructions: "Help.", tools: [weather] });
    const { finalOutput } = await runner.run(agent, "call get_weather");
    expect(finalOutput).toContain('The tool answered: "sunny"');
  });

  it("answer in the shape they are asked for", async () => {
    const outputType = z.object({ city: z.string(), days: z.number() });
    const agent = new Agent({ name: "Ann", model: "gpt-5.5", instructions: "Help.", outputType });
    const { finalOutput } = await runner.run(agent, "Where to?");
    expect(outputType.safeParse(finalOutput).success).toBe(true);
  });

  it("stream, with a tool in between", async () => {
    const agent = new Agent({ name: "Ann", model: "gpt-5.5", instructions: "Help.", tools: [weather] });
    const result = await runner.run(agent, "call get_weather", { stream: true });
    let text = "";
    for await (const piece of result.toTextStream()) text += piece;
    await result.completed;
    expect(text).toContain('The tool answered: "sunny"');
  });
});
