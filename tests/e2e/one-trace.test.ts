import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseTraceparent } from "../../shared/core/trace-context.ts";
import type { Provider } from "../../shared/providers/provider.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import type { ReceivedSpan } from "./decode-spans.fixture.ts";
import { answerText, apiKey, caller, openTraced, prompt, traceparent } from "./open-traced.fixture.ts";
import { type OtlpReceiver, startOtlpReceiver } from "./otlp-receiver.fixture.ts";
import { endProcess, startProcess } from "./start-process.fixture.ts";

let receiver: OtlpReceiver;
let opened: Awaited<ReturnType<typeof openTraced>> | undefined;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
  await receiver.close();
});

const named = (name: string) => (span: ReceivedSpan) => span.name === name;
function only(name: string): ReceivedSpan {
  const [found, ...more] = receiver.spans.filter(named(name));
  if (!found || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} spans named ${name}`);
  return found;
}
const isComplete = (spans: ReceivedSpan[]) =>
  spans.some(named("attempt main")) && spans.filter(named("POST")).length > 0;

describe("a task's trace", () => {
  it("goes from its caller through api, wake, worker, provider and event", async () => {
    opened = await openTraced(receiver.url);
    const response = await opened.submit();
    expect([response.status, ((await response.json()) as { id: string }).id]).toEqual([
      202,
      expect.stringMatching(/^task_/),
    ]);
    await opened.settled;
    await receiver.until(isComplete);

    const api = only("POST /v1/tasks");
    expect(api).toMatchObject({ ...caller, spanId: api.spanId, parentSpanId: caller.spanId, kind: 2 });
    expect(api.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/v1/tasks",
      "http.response.status_code": 202,
    });
    const created = receiver.spans.find((span) => span.name.startsWith("commit tasks"));
    expect(created).toMatchObject({ traceId: caller.traceId, parentSpanId: api.spanId });
    const wake = receiver.spans.find(
      (span) => span.name === "send wakes/main" && span.parentSpanId === api.spanId,
    );
    const worker = receiver.spans.find((span) => span.name === "POST" && span.parentSpanId === wake?.spanId);
    expect(worker).toMatchObject({ traceId: caller.traceId, service: "conea" });
    const attempt = only("attempt main");
    expect(attempt).toMatchObject({ traceId: caller.traceId, parentSpanId: api.spanId });
    expect(attempt.links).toEqual([{ traceId: caller.traceId, spanId: worker?.spanId }]);
    expect(attempt.attributes).toMatchObject({ "conea.queue": "main", "conea.outcome": "succeeded" });
    const call = only("chat vendor-m");
    expect(call).toMatchObject({ traceId: caller.traceId, parentSpanId: attempt.spanId, kind: 3 });
    expect(call.attributes).toEqual({
      "conea.provider": "main",
      "gen_ai.provider.name": "openai",
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "vendor-m",
      "gen_ai.usage.input_tokens": 5,
      "gen_ai.usage.cache_read.input_tokens": 2,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.response.id": "call-1",
      "gen_ai.response.finish_reasons": ["stop"],
    });
    const told = opened.events.map((event) => parseTraceparent(event.traceparent));
    const sends = receiver.spans.filter(named("send task-events"));
    expect(told.map((context) => context?.traceId)).toEqual(told.map(() => caller.traceId));
    expect(sends.map(({ spanId }) => spanId)).toEqual(
      expect.arrayContaining(told.map((context) => context?.spanId)),
    );
    expect(sends.at(-1)?.parentSpanId).toBe(attempt.spanId);
  });

  it("has spans that lie within their parents", async () => {
    opened = await openTraced(receiver.url);
    await opened.submit();
    await opened.settled;
    await receiver.until(isComplete);
    const byId = new Map(receiver.spans.map((span) => [span.spanId, span]));
    const inside = receiver.spans.filter(({ parentSpanId, kind }) => kind === 3 && byId.has(parentSpanId));
    expect(inside.length).toBeGreaterThan(4);
    for (const span of inside) {
      const parent = byId.get(span.parentSpanId);
      expect(span.startedAt).toBeGreaterThanOrEqual(parent?.startedAt ?? 0n);
      expect(span.endedAt).toBeGreaterThanOrEqual(span.startedAt);
    }
  });

  it("holds no prompt, no answer and no key", async () => {
    opened = await openTraced(receiver.url);
    await opened.submit();
    await opened.settled;
    await receiver.until(isComplete);
    const all = JSON.stringify(receiver.spans, (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    for (const word of [prompt, answerText, apiKey, "local-dev-key"]) expect(all).not.toContain(word);
  });

  it("tells what failed, by code", async () => {
    const failing: Provider = { chat: () => Promise.reject(new ProviderError("overloaded")) };
    opened = await openTraced(receiver.url, failing);
    await opened.submit();
    await opened.settled;
    await receiver.until(isComplete);
    expect(only("chat vendor-m")).toMatchObject({ failed: true, attributes: { "error.type": "overloaded" } });
    expect(only("attempt main")).toMatchObject({ attributes: { "conea.outcome": "failed" } });
  });

  it("begins here when the caller's is none, or is hostile", async () => {
    opened = await openTraced(receiver.url);
    const hostile = ["", "00-", `00-${"0".repeat(32)}-${caller.spanId}-01`, "x".repeat(9_000)];
    for (const header of hostile) {
      const response = await opened.submit({ traceparent: header });
      expect([response.status, await response.json()]).toEqual([
        202,
        expect.objectContaining({ type: "chat" }),
      ]);
    }
    const roots = receiver.spans.filter(named("POST /v1/tasks"));
    expect(roots.map(({ parentSpanId }) => parentSpanId)).toEqual(hostile.map(() => ""));
    expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(hostile.length);
  });

  it("is continued and not recorded when its caller does not record it", async () => {
    opened = await openTraced(receiver.url);
    await (await opened.submit({ traceparent: `00-${caller.traceId}-${caller.spanId}-00` })).text();
    const event = await opened.settled;
    expect(parseTraceparent(event.traceparent)).toMatchObject({ traceId: caller.traceId, sampled: false });
    await opened.tracer.flush();
    expect(receiver.spans).toEqual([]);
  });

  it("is continued where nothing is exported at all", async () => {
    opened = await openTraced(undefined);
    expect(opened.tracer.keep).toBeUndefined();
    await opened.submit();
    expect(parseTraceparent((await opened.settled).traceparent)?.traceId).toBe(caller.traceId);
  });

  it("takes Google's own header where there is no other", async () => {
    opened = await openTraced(receiver.url);
    await (await opened.submit({ "x-cloud-trace-context": `${caller.traceId}/255;o=1` })).text();
    expect(only("POST /v1/tasks")).toMatchObject({
      traceId: caller.traceId,
      parentSpanId: "00000000000000ff",
    });
  });
});

describe("npm start", () => {
  it("exports spans to a collector on this machine, and names the trace in its log", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "conea-trace-"));
    const started = await startProcess({
      CONEA_DATA_DIR: dataDir,
      CONEA_TRACE_ENDPOINT: receiver.url,
      CONEA_TRACE_RATIO: "1",
    });
    const response = await fetch(`${started.url}/v1/tasks`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: "Bearer local-dev-key",
        Prefer: "wait=30",
        traceparent,
      },
      body: JSON.stringify({ type: "chat", input: { messages: [{ role: "user", content: prompt }] } }),
    });
    expect(await response.json()).toMatchObject({ status: "succeeded" });
    await endProcess(started, "SIGINT");
    await rm(dataDir, { recursive: true });
    const call = receiver.spans.find(({ name }) => name.startsWith("chat "));
    expect(call).toMatchObject({ traceId: caller.traceId, service: "conea" });
    const settled = started
      .output()
      .split("\n")
      .find((line) => line.includes('"attempt settled"'));
    expect(JSON.parse(settled ?? "{}")).toMatchObject({
      trace: caller.traceId,
      requestId: expect.any(String),
    });
  });
});
