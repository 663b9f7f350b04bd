import { afterAll, beforeAll, expect, test } from "vitest";
import { describeProvider } from "../provider.contract.ts";
import { callProvider, failureOf, planted } from "../provider-call.fixture.ts";
import { type Reply, type ScriptedVendor, startScriptedVendor } from "../scripted-vendor.fixture.ts";
import { createUnsplash } from "./unsplash.ts";
import { recorded, unsplashWire } from "./unsplash-wire.fixture.ts";

describeProvider("unsplash", unsplashWire);

let vendor: ScriptedVendor;
beforeAll(async () => {
  vendor = await startScriptedVendor();
});
afterAll(() => vendor.close());

function ask(
  reply: Reply,
  input: { trackDownload: string } | { query: string; count: number; page: number },
) {
  vendor.script(reply);
  const provider = createUnsplash({ apiKey: planted.apiKey, baseUrl: `${vendor.origin}/`, fetch });
  return callProvider(provider, "image_search", { model: "", input });
}

const query = { query: "dog", count: 3, page: 1 };

test("reports a download by the image's id, for one request", async () => {
  const { result, usage } = await ask(
    { body: { url: "https://images.unsplash.com/photo" } },
    { trackDownload: "a_B-9" },
  );
  expect(result).toEqual({ trackedDownload: "a_B-9" });
  expect(usage).toEqual({ inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 });
  expect(vendor.requests.map(({ path }) => path)).toEqual(["/photos/a_B-9/download"]);
});

test("says that an image to report does not exist", async () => {
  const reply = { status: 404, body: { errors: ["Couldn't find Photo"] } };
  expect((await failureOf(ask(reply, { trackDownload: "gone" }))).kind).toBe("invalid_request");
});

test("asks for nothing the caller did not ask for, and credits with its own name by default", async () => {
  const { result } = await ask({ body: recorded }, query);
  expect(vendor.requests[0]?.path).toBe("/search/photos?query=dog&per_page=3&page=1");
  expect(result).toMatchObject({ total: 133 });
  expect(JSON.stringify(result)).toContain("utm_source=conea");
});

test.each<[string, Reply]>([
  ["as text", { status: 403, body: "Rate Limit Exceeded" }],
  ["as JSON", { status: 403, body: { errors: ["Rate Limit Exceeded"] } }],
  ["in a header", { status: 403, headers: { "x-ratelimit-remaining": "0" }, body: "" }],
])(
  "is rate_limited, without saying until when, when the hour's requests are spent: %s",
  async (_how, reply) => {
    const failure = await failureOf(ask(reply, query));
    expect(failure.kind).toBe("rate_limited");
    expect(failure.retryAfterMs).toBeUndefined();
  },
);

test("is content_refused when the vendor takes the query for spam", async () => {
  const reply = { status: 410, body: { errors: [planted.vendorText] } };
  expect((await failureOf(ask(reply, query))).kind).toBe("content_refused");
});
