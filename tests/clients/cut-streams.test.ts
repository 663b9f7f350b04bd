import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { streamText } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ScriptedVendor, startScriptedVendor } from "../../shared/providers/scripted-vendor.fixture.ts";
import { failureOf } from "./failure-of.fixture.ts";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let vendor: ScriptedVendor;
let gateway: Gateway;

const chunk = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;

beforeAll(async () => {
  vendor = await startScriptedVendor();
  const config = {
    providers: { v: { kind: "openai", apiKey: "secret:KEY", baseUrl: `${vendor.origin}/v1` } },
    models: { m: { provider: "v", kinds: ["chat"] } },
    retry: { attempts: 1 },
    breaker: { failures: 100 },
  };
  gateway = await openGateway(JSON.stringify(config));
  const body = [
    chunk({ role: "assistant", content: "" }),
    chunk({ content: "Half an " }),
    chunk({ content: "ans" }),
  ];
  vendor.script({ headers: { "content-type": "text/event-stream" }, body, ending: "cut" });
});
afterAll(async () => {
  await gateway.close();
  await vendor.close();
});

describe("a stream that the vendor cuts, with no other attempt left", () => {
  it("is a failed response to the openai SDK", async () => {
    const client = new OpenAI({ baseURL: gateway.baseURL, apiKey: gateway.apiKey, maxRetries: 0 });
    const stream = client.responses.stream({ model: "m", input: "Hello" });
    const pieces: string[] = [];
    stream.on("response.output_text.delta", ({ delta }) => pieces.push(delta));
    const response = await stream.finalResponse();
    expect(pieces.join("")).toBe("Half an ans");
    expect(response).toMatchObject({ status: "failed", error: { code: "server_error" } });
    expect(await client.responses.retrieve(response.id)).toMatchObject({ status: "failed" });
  });

  it("is an error to the Vercel AI SDK", async () => {
    const { baseURL, apiKey } = gateway;
    const errors: unknown[] = [];
    const { textStream, finishReason } = streamText({
      model: createOpenAI({ baseURL, apiKey })("m"),
      prompt: "Hello",
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    let text = "";
    for await (const piece of textStream) text += piece;
    expect(text).toBe("Half an ans");
    expect(errors).toHaveLength(1);
    expect(await finishReason).toBe("error");
  });

  it("is an error to Anthropic's SDK", async () => {
    const baseURL = `${gateway.url}/anthropic`;
    const client = new Anthropic({ baseURL, apiKey: gateway.apiKey, maxRetries: 0 });
    const stream = client.messages.stream({
      model: "m",
      max_tokens: 100,
      messages: [{ role: "user", content: "Hello" }],
    });
    const pieces: string[] = [];
    stream.on("text", (text) => pieces.push(text));
    const error = await failureOf<InstanceType<typeof Anthropic.APIError>>(stream.finalMessage());
    expect(pieces.join("")).toBe("Half an ans");
    expect(error?.type).toBe("api_error");
  });
});
