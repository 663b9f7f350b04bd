import { afterAll, beforeAll, expect, test } from "vitest";
import { describeProvider } from "../provider.contract.ts";
import { callProvider, failureOf } from "../provider-call.fixture.ts";
import { type Reply, type ScriptedVendor, startScriptedVendor } from "../scripted-vendor.fixture.ts";
import { createGemini } from "./gemini.ts";
import { geminiWire } from "./gemini-wire.fixture.ts";

describeProvider("gemini", geminiWire);

let vendor: ScriptedVendor;
beforeAll(async () => {
  vendor = await startScriptedVendor();
});
afterAll(() => vendor.close());

const messages = [{ role: "user" as const, content: "Tell me everything." }];

function ask(reply: Reply, onText?: (text: string) => void) {
  vendor.script(reply);
  const provider = createGemini({ apiKey: "key", baseUrl: `${vendor.origin}/`, fetch });
  return callProvider(provider, "chat", {
    model: "gemini-2.5-flash",
    input: { messages },
    ...(onText && { onText }),
  });
}

const unfinished = {
  candidates: [
    {
      content: { parts: [{ text: "Once upon a time" }] },
      finishReason: "CONTINUATION",
      continuationToken: "dG9rZW4=",
    },
  ],
};

test("makes one request even when the vendor offers to continue a long answer", async () => {
  const { result } = await ask({ body: unfinished });
  expect(result).toEqual({ text: "Once upon a time", finishReason: "length" });
  expect(vendor.requests).toHaveLength(1);
});

test("makes one request even when a stream that could be continued breaks", async () => {
  const [candidate] = unfinished.candidates;
  const chunk = { candidates: [{ ...candidate, finishReason: undefined }] };
  const headers = { "content-type": "text/event-stream" };
  const body = [`data: ${JSON.stringify(chunk)}\n\n`];
  const failure = await failureOf(ask({ headers, body, ending: "cut" }, () => {}));
  expect(failure.kind).toBe("connection");
  expect(vendor.requests).toHaveLength(1);
});

test("is connection when a stream ends in the middle of an event", async () => {
  const headers = { "content-type": "text/event-stream" };
  const outcome = ask({ headers, body: ['data: {"candidates": [{"con'] }, () => {});
  expect((await failureOf(outcome)).kind).toBe("connection");
});

test("refuses a batch of embeddings that is not one for each input", async () => {
  vendor.script({ body: { embeddings: [{ values: [1] }] } });
  const provider = createGemini({ apiKey: "key", baseUrl: vendor.origin, fetch });
  const outcome = callProvider(provider, "embedding", { model: "m", input: { input: ["one", "two"] } });
  expect((await failureOf(outcome)).kind).toBe("unknown");
});

test("counts the tokens of embeddings where the vendor does", async () => {
  vendor.script({ body: { embeddings: [{ values: [1] }], usageMetadata: { promptTokenCount: 4 } } });
  const provider = createGemini({ apiKey: "key", baseUrl: vendor.origin, fetch });
  const answer = await callProvider(provider, "embedding", { model: "m", input: { input: "one" } });
  expect(answer.usage).toEqual({ inputTokens: 4, cachedInputTokens: 0, outputTokens: 0 });
  expect(vendor.requests[0]?.json).toMatchObject({ requests: [{ content: { parts: [{ text: "one" }] } }] });
});
