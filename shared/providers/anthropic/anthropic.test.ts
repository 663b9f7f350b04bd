import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { describeProvider } from "../provider.contract.ts";
import { callProvider, failureOf, plainChat, planted } from "../provider-call.fixture.ts";
import { type ScriptedVendor, startScriptedVendor } from "../scripted-vendor.fixture.ts";
import { createAnthropic } from "./anthropic.ts";
import { anthropicWire } from "./anthropic-wire.fixture.ts";

describeProvider("anthropic", anthropicWire);

let vendor: ScriptedVendor;
beforeAll(async () => {
  vendor = await startScriptedVendor();
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => vendor.close());

const hello = { messages: [{ role: "user" as const, content: planted.prompt }] };
const ask = (input: object = {}, model = "claude-haiku-4-5") =>
  callProvider(createAnthropic({ apiKey: planted.apiKey, baseUrl: vendor.origin, fetch }), "chat", {
    model,
    input: { ...hello, ...input },
  });

test("makes one request even when the vendor asks for another", async () => {
  const reply = anthropicWire.failure({ kind: "overloaded", status: 529, message: "busy" });
  vendor.script({ ...reply, headers: { "x-should-retry": "true", "retry-after-ms": "1" } });
  expect(await failureOf(ask())).toMatchObject({ kind: "overloaded", retryAfterMs: 1 });
  expect(vendor.requests).toHaveLength(1);
});

test("asks for long answers without a stream, which the SDK would refuse by itself", async () => {
  vendor.script(anthropicWire.chat?.whole(plainChat) ?? {});
  const { result } = await ask({ maxOutputTokens: 64_000 });
  expect(result.text).toBe(plainChat.pieces.join(""));
});

test("shows other servers its key where they look for it, and Anthropic only where Anthropic does", async () => {
  vi.stubEnv("ANTHROPIC_CUSTOM_HEADERS", "x-api-key: leaked");
  const seen: Headers[] = [];
  const fetch = async (_url: unknown, init?: RequestInit) => {
    seen.push(new Headers(init?.headers));
    return Response.json({ content: [] });
  };
  for (const baseUrl of [undefined, "http://elsewhere.test"]) {
    const provider = createAnthropic({ apiKey: "key", fetch, ...(baseUrl && { baseUrl }) });
    await callProvider(provider, "chat", { model: "claude-haiku-4-5", input: hello });
  }
  expect(seen.map((headers) => headers.get("authorization"))).toEqual(["Bearer key", "Bearer key"]);
  expect(seen.map((headers) => headers.get("x-api-key"))).toEqual([null, "key"]);
});

test("sends its key as a bearer token, and temperature under the version that knows it", async () => {
  vendor.script(anthropicWire.chat?.whole(plainChat) ?? {});
  await ask({ temperature: 0 });
  expect(vendor.requests[0]).toMatchObject({
    path: "/v1/messages",
    headers: { authorization: `Bearer ${planted.apiKey}`, "anthropic-version": "2023-06-01" },
  });
});
