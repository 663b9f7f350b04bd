import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Reply, type ScriptedVendor, startScriptedVendor } from "../scripted-vendor.fixture.ts";
import { type Client, createClient } from "./open-client.ts";

let server: ScriptedVendor;
let client: Client;
let sdk: Anthropic;
beforeAll(async () => {
  server = await startScriptedVendor();
  client = await createClient({ apiKey: "sk-test", baseUrl: server.origin, fetch })();
  sdk = new Anthropic({
    apiKey: "sk-test",
    baseURL: server.origin,
    defaultHeaders: { Authorization: "Bearer sk-test", "User-Agent": "Conea", "X-Api-Key": "sk-test" },
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
  });
});
afterAll(() => server.close());

const messages = [{ role: "user" as const, content: "Grüße" }];
const params = { model: "claude-sonnet-5-5", max_tokens: 7, messages };
const { signal } = new AbortController();
const askSdk = (version: string) =>
  sdk.messages.create(params, { signal, headers: { "anthropic-version": version } });
const json = { "content-type": "application/json", "request-id": "req_1" };

test("sends what the SDK sends, in the version that a request needs", async () => {
  server.script({ headers: json, body: "{}" });
  await askSdk("2026-10-21");
  await client.post({ ...params, stream: false }, signal);
  await client.post({ ...params, temperature: 0, stream: false }, signal);
  const [bySdk, byPost, sampled] = server.requests;
  const sent = { ...params, stream: false };
  expect(byPost).toEqual({ ...bySdk, json: sent, bytes: expect.anything(), headers: expect.anything() });
  const ownLength = { "content-length": expect.any(String) };
  expect(byPost?.headers).toEqual({ ...bySdk?.headers, ...ownLength });
  expect(sampled?.headers).toEqual({ ...bySdk?.headers, ...ownLength, "anthropic-version": "2023-06-01" });
});

const slow = { type: "error", error: { type: "rate_limit_error", message: "slow" } };
test.each<[string, Reply]>([
  ["the vendor's own error", { status: 429, headers: json, body: slow }],
  ["an error that says nothing", { status: 500, headers: json, body: { error: null } }],
  ["no body", { status: 404, headers: json, body: "" }],
])("throws for %s what the SDK throws", async (_what, reply) => {
  server.script(reply);
  const seen = (error: Error & { status?: number; apiMessage?: string; type?: string }) => ({
    kind: error.constructor,
    status: error.status,
    apiMessage: error.apiMessage,
    type: error.type,
  });
  const bySdk = await askSdk("2026-10-21").then(() => expect.fail("it succeeded"), seen);
  const outcome = client.post({ ...params, stream: false }, signal);
  expect(await outcome.then(() => expect.fail("it succeeded"), seen)).toEqual(bySdk);
  expect(bySdk.status).toBe(reply.status);
});
