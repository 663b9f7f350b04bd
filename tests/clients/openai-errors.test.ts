import OpenAI, { type APIError, BadRequestError, InternalServerError } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ScriptedVendor, startScriptedVendor } from "../../shared/providers/scripted-vendor.fixture.ts";
import { type Gateway, openGateway } from "./open-gateway.fixture.ts";

let vendor: ScriptedVendor;
let gateway: Gateway;
let client: OpenAI;

beforeAll(async () => {
  vendor = await startScriptedVendor();
  gateway = await openGateway(`
providers:
  main: { kind: openai, apiKey: secret:KEY, baseUrl: ${vendor.origin}/v1 }
models:
  m: { provider: main, kinds: [chat] }
retry: { attempts: 1 }
breaker: { failures: 1000 }
`);
});
// As many repeats as the SDK makes by itself: what Conea has tried must not be tried again.
beforeEach(() => {
  client = new OpenAI({ baseURL: gateway.baseURL, apiKey: gateway.apiKey });
});
afterAll(async () => {
  await gateway.close();
  await vendor.close();
});

const ask = (more: object = {}) =>
  client.chat.completions
    .create({ model: "m", messages: [{ role: "user", content: "Hi" }], ...more })
    .then(() => undefined)
    .catch((error: unknown) => error as APIError);

describe("the openai SDK, where the vendor fails", () => {
  it.each([
    ["context_length_exceeded", "context_length_exceeded"],
    ["content_policy_violation", "content_policy_violation"],
    ["weird_refusal", "invalid_request"],
  ])("throws a BadRequestError for %s, after one call of the vendor", async (vendorCode, code) => {
    const error = { message: "The prompt was: secret", type: "invalid_request_error", code: vendorCode };
    vendor.script({ status: 400, body: { error } });
    const failure = await ask();
    expect(failure).toBeInstanceOf(BadRequestError);
    expect(failure).toMatchObject({ status: 400, code });
    expect(failure?.message).not.toContain("secret");
    expect(vendor.requests).toHaveLength(1);
  });

  it.each([
    [503, "provider_overloaded", 503],
    [500, "provider_overloaded", 503],
    [401, "provider_authentication", 502],
  ])("throws an InternalServerError for a %i, after one call of the vendor", async (given, code, status) => {
    vendor.script({ status: given, body: { error: { message: "no", type: "x", code: null } } });
    const failure = await ask();
    expect(failure).toBeInstanceOf(InternalServerError);
    expect(failure).toMatchObject({ status, code });
    expect(vendor.requests).toHaveLength(1);
  });

  it("throws in the middle of a stream that was cut, and never takes it for whole", async () => {
    const chunk = (content: string) => ({ id: "x", choices: [{ index: 0, delta: { content } }] });
    vendor.script({
      headers: { "content-type": "text/event-stream" },
      body: [
        `data: ${JSON.stringify(chunk("Half an "))}\n\n`,
        `data: ${JSON.stringify(chunk("answer"))}\n\n`,
      ],
      ending: "cut",
    });
    const stream = await client.chat.completions.create({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    });
    let text = "";
    const reading = (async () => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    })();
    await expect(reading).rejects.toMatchObject({ code: "provider_connection" });
    expect(text).toBe("Half an answer");
  });
});
