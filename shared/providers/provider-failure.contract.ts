import { describe, expect, test } from "vitest";
import {
  callProvider,
  failureOf,
  indiscreet,
  planted,
  type Sample,
  type Served,
} from "./provider-call.fixture.ts";
import type { ProviderError, ProviderErrorKind } from "./provider-error.ts";
import { type Reply, startScriptedVendor } from "./scripted-vendor.fixture.ts";
import type { VendorWire } from "./vendor-wire.fixture.ts";

type FailWith = (reply: Reply) => Promise<ProviderError>;

/** What a served task type promises when the vendor, or the way to it, fails. */
export function describeFailures(sample: Sample, wire: VendorWire, served: Served): void {
  describe(`${sample.type} that fails`, () => {
    const failWith: FailWith = async (reply) => {
      const { vendor, provider } = served();
      vendor.script(reply);
      const failure = await failureOf(callProvider(provider, sample.type, sample));
      expect(vendor.requests).toHaveLength(1);
      return failure;
    };
    describeAnswers(wire, failWith);
    describeWaits(wire, failWith);
    describeWay(sample, wire, failWith);
    describeMalformed(failWith);
  });
}

const answers: [ProviderErrorKind, number][] = [
  ["rate_limited", 429],
  ["overloaded", 500],
  ["overloaded", 502],
  ["overloaded", 503],
  ["overloaded", 529],
  ["invalid_request", 400],
  ["context_too_long", 400],
  ["content_refused", 400],
  ["authentication", 401],
  ["authentication", 403],
  ["model_not_found", 404],
];

function describeAnswers(wire: VendorWire, failWith: FailWith): void {
  for (const [kind, status] of answers) {
    if (wire.neverSends?.includes(kind)) continue;
    test(`is ${kind} when the vendor answers so with ${status}, after one request`, async () => {
      const failure = await failWith(wire.failure({ kind, status, message: indiscreet }));
      expect(failure.kind).toBe(kind);
    });
  }

  test("keeps to the status when the error answer is not the vendor's own", async () => {
    const page = { body: `<html>${indiscreet}</html>`, headers: { "content-type": "text/html" } };
    expect((await failWith({ status: 503, ...page })).kind).toBe("overloaded");
    expect((await failWith({ status: 401, ...page })).kind).toBe("authentication");
    expect((await failWith({ status: 429, body: "" })).kind).toBe("rate_limited");
    expect((await failWith({ status: 500, body: { error: null } })).kind).toBe("overloaded");
  });
}

function describeWaits(wire: VendorWire, failWith: FailWith): void {
  const limited = wire.failure({ kind: "rate_limited", status: 429, message: indiscreet });
  const saying = (headers: Record<string, string>): Reply => ({
    ...limited,
    headers: { ...limited.headers, ...headers },
  });
  const date = "Mon, 23 Nov 2026 10:00:00 GMT";
  const waits: { name: string; reply: Reply; retryAfterMs: number | undefined }[] = [
    { name: "seconds", reply: saying({ "retry-after": "7" }), retryAfterMs: 7_000 },
    {
      name: "a date",
      reply: saying({ date, "retry-after": "Mon, 23 Nov 2026 10:01:30 GMT" }),
      retryAfterMs: 90_000,
    },
    { name: "nothing readable", reply: saying({ "retry-after": "soon" }), retryAfterMs: undefined },
    ...(wire.waits ?? []),
  ];
  test.each(waits)(
    "passes on how long to wait when the vendor says $name",
    async ({ reply, retryAfterMs }) => {
      const failure = await failWith(reply);
      expect(failure.kind).toBe("rate_limited");
      expect(failure.retryAfterMs).toBe(retryAfterMs);
    },
  );
}

function describeWay(sample: Sample, wire: VendorWire, failWith: FailWith): void {
  test("is connection when nobody listens", async () => {
    const gone = await startScriptedVendor();
    await gone.close();
    const baseUrl = gone.origin + (wire.basePath ?? "");
    const provider = wire.create({ apiKey: planted.apiKey, baseUrl, fetch, appName: "contract" });
    expect((await failureOf(callProvider(provider, sample.type, sample))).kind).toBe("connection");
  });

  test("is connection when the connection is reset before an answer", async () => {
    expect((await failWith({ ending: "reset" })).kind).toBe("connection");
  });

  test("is connection when the answer is cut", async () => {
    expect((await failWith({ ...sample.reply, body: '{"half":', ending: "cut" })).kind).toBe("connection");
  });
}

function describeMalformed(failWith: FailWith): void {
  const json = { "content-type": "application/json" };
  const page = { "content-type": "text/html" };
  test.each<[string, Reply]>([
    ["broken JSON", { body: '{"id": "x", ', headers: json }],
    ["JSON of another shape", { body: { hello: indiscreet } }],
    ["JSON that is no object", { body: "null", headers: json }],
    ["nothing", { body: "", headers: json }],
    ["the page of a proxy", { body: `<html>${indiscreet}</html>`, headers: page }],
  ])("is unknown when the vendor answers 200 with %s", async (_what, reply) => {
    expect((await failWith(reply)).kind).toBe("unknown");
  });
}
