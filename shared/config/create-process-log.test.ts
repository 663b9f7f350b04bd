import { describe, expect, it } from "vitest";
import { createTracer } from "../core/create-tracer.ts";
import { createLog } from "../core/log.ts";
import { beginRequest } from "../core/trace.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { createProcessLog } from "./create-process-log.ts";

const parent = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  sampled: true,
};

/** The line that is logged within a request, and one outside of any. */
function logTwice(settings: Partial<Parameters<typeof createProcessLog>[0]>, isTTY = false): string[] {
  const lines: string[] = [];
  const stream = { isTTY, write: (text: string) => lines.push(text) };
  const log = createProcessLog(
    { logLevel: "info", logFormat: "auto", platform: "embedded", ...settings },
    stream,
  );
  const clock = createVirtualClock(0);
  const tracer = createTracer({ ratio: 0, clock, random: Math.random, log: createLog(() => undefined) });
  const { run } = beginRequest(tracer, { parent, requestId: "req_1" }, { name: "GET" });
  run(() => log.info("task settled", { taskId: "task_1" }));
  log.info("stopping");
  return lines;
}

describe("a line of the process's log", () => {
  it("carries its request and, on Google, the keys by which Cloud Logging finds its trace", () => {
    const [inside = "", outside = ""] = logTwice({ platform: "google", project: "demo" });
    expect(JSON.parse(inside)).toEqual({
      severity: "INFO",
      message: "task settled",
      time: expect.any(String),
      requestId: "req_1",
      taskId: "task_1",
      "logging.googleapis.com/trace": `projects/demo/traces/${parent.traceId}`,
      "logging.googleapis.com/spanId": parent.spanId,
      "logging.googleapis.com/trace_sampled": true,
    });
    expect(JSON.parse(outside)).toEqual({ severity: "INFO", message: "stopping", time: expect.any(String) });
  });

  it("names the trace elsewhere, too", () => {
    expect(JSON.parse(logTwice({})[0] ?? "")).toMatchObject({ requestId: "req_1", trace: parent.traceId });
    const [line] = logTwice({}, true);
    expect(line).toContain(`task settled requestId="req_1" trace="${parent.traceId}" taskId="task_1"`);
  });
});
