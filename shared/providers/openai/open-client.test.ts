import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Reply, type ScriptedVendor, startScriptedVendor } from "../scripted-vendor.fixture.ts";
import { createVendor } from "./open-client.ts";
import { readFixture } from "./openai-wire.fixture.ts";
import type { Vendor } from "./vendor.ts";

let server: ScriptedVendor;
let vendor: Vendor;
beforeAll(async () => {
  server = await startScriptedVendor();
  vendor = await createVendor({ apiKey: "sk-test", baseUrl: `${server.origin}/v1`, fetch })();
});
afterAll(() => server.close());

const params = { model: "gpt-5", messages: [{ role: "user" as const, content: "Grüße" }], seed: undefined };
const { signal } = new AbortController();
const post = () => vendor.post("/chat/completions", params, signal);
const askSdk = () => vendor.client.chat.completions.create(params, { signal });

test("sends what the SDK sends", async () => {
  server.script({ headers: { "content-type": "application/json" }, body: readFixture("chat.json") });
  await askSdk();
  await (await post()).text();
  await (await post()).text();
  const [bySdk, ...byPost] = server.requests;
  expect(bySdk?.headers.authorization).toBe("Bearer sk-test");
  expect(byPost).toEqual([bySdk, bySdk]);
});

const json = { "content-type": "application/json", "x-request-id": "req_1" };
test.each<[string, Reply]>([
  ["the vendor's own error", { status: 429, headers: json, body: '{"error":{"message":"slow","code":"x"}}' }],
  ["an error that is not wrapped", { status: 400, headers: json, body: '{"message":"no","code":40001}' }],
  ["an error that says nothing", { status: 500, headers: json, body: '{"error":null}' }],
  ["no body", { status: 404, headers: json, body: "" }],
])("throws for %s what the SDK throws", async (_what, reply) => {
  server.script(reply);
  const seen = (error: Error) => ({
    ...error,
    headers: undefined,
    kind: error.constructor,
    text: error.message,
  });
  const bySdk = await askSdk().then(() => expect.fail("it succeeded"), seen);
  expect(await post().then(() => expect.fail("it succeeded"), seen)).toEqual(bySdk);
  expect(bySdk).toMatchObject({ status: reply.status, requestID: "req_1" });
});

test("throws by its status for the page of a proxy", async () => {
  server.script({ status: 503, headers: { "content-type": "text/html" }, body: "<html>down</html>" });
  await expect(post()).rejects.toMatchObject({ status: 503, error: undefined });
});

test("does not load the SDK before the first call", async () => {
  const script = `
    import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => {
      if (url.includes("/node_modules/openai/")) console.log("loaded");
      return next(url, context);
    } });
    const { createOpenAi } = await import("./shared/providers/openai/openai.ts");
    const openai = createOpenAi({ apiKey: "sk-test", fetch: () => Promise.reject(new Error("none")) });
    console.log("created");
    await openai.embedding({ input: { input: "a" }, model: "m", signal: new AbortController().signal }).catch(() => {});
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script]);
  const [first, second] = stdout.trim().split("\n");
  expect([first, second]).toEqual(["created", "loaded"]);
});
