import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { createTracer, type ExportSpans, longestFlushMs } from "./create-tracer.ts";
import { createLog, type LogLine } from "./log.ts";
import type { Span } from "./span.ts";
import { beginRequest, inSpan } from "./trace.ts";

function open(exportSpans: ExportSpans) {
  const clock = createVirtualClock(0);
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line));
  let ids = 0;
  const newHex = (bytes: number) => (++ids).toString(16).padStart(bytes * 2, "0");
  const now = () => clock.now();
  const tracer = createTracer({ exportSpans, ratio: 0.5, clock, random: () => 0.4, log, newHex, now });
  const request = (name = "GET") => beginRequest(tracer, { parent: undefined, requestId: "req_1" }, { name });
  return { clock, lines, tracer, request };
}

describe("createTracer", () => {
  it("names spans by the ids and times it is given", async () => {
    const batches: Span[][] = [];
    const { tracer, request, clock } = open(async (spans) => void batches.push(spans));
    const { run, end } = request();
    await run(() => inSpan({ name: "read" }, () => clock.advance(5)));
    end();
    await tracer.flush();
    expect(batches).toMatchObject([
      [
        { name: "read", startedAt: 0, endedAt: 5, context: { traceId: "1".padStart(32, "0") } },
        { name: "GET", startedAt: 0, endedAt: 5, links: [], attributes: {} },
      ],
    ]);
    expect(batches[0]?.[0]?.parent?.context.spanId).toBe(batches[0]?.[1]?.context.spanId);
  });

  it("waits no longer than it may for a collector that hangs, then leaves it alone for a while", async () => {
    let asked = 0;
    const { tracer, request, clock, lines } = open(() => {
      asked += 1;
      return new Promise(() => undefined);
    });
    request().end();
    const flushed = tracer.flush();
    await clock.advance(longestFlushMs);
    await flushed;
    expect(lines).toMatchObject([{ sentence: "spans were not exported", fields: { count: 1 } }]);
    request().end();
    await tracer.flush();
    expect(asked).toBe(1);
    await clock.advance(30_000);
    request().end();
    void tracer.flush();
    expect(asked).toBe(2);
  });

  it("exports what ends outside of a request a few seconds later", async () => {
    const batches: Span[][] = [];
    const { request, clock } = open(async (spans) => void batches.push(spans));
    request("late").end();
    await clock.advance(4_999);
    expect(batches).toEqual([]);
    await clock.advance(1);
    expect(batches).toMatchObject([[{ name: "late" }]]);
  });

  it("keeps a bounded number of spans", async () => {
    const batches: Span[][] = [];
    const { tracer, request } = open(async (spans) => void batches.push(spans));
    for (let count = 0; count < 3_000; count++) request().end();
    await tracer.flush();
    expect(batches[0]).toHaveLength(2_048);
  });

  it("marks a span as failed by what was thrown, and lets it through", async () => {
    const batches: Span[][] = [];
    const { tracer, request } = open(async (spans) => void batches.push(spans));
    const { run, end } = request();
    const failed = run(() => inSpan({ name: "read" }, () => Promise.reject(new RangeError("too far"))));
    await expect(failed).rejects.toThrow("too far");
    end();
    await tracer.flush();
    expect(batches[0]?.[0]).toMatchObject({ name: "read", error: "RangeError" });
  });
});
