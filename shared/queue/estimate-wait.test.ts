import { describe, expect, it } from "vitest";
import { fromTime } from "../core/clock.ts";
import type { Provider } from "../providers/provider.ts";
import { aChat, echo, openTestConea } from "../tasks/conea.fixture.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { estimateWait } from "./estimate-wait.ts";
import { emptyQueue, type QueueDocument, queuePath } from "./queue-document.ts";

/** Seconds from now to the start of the last of `count` tasks: as estimated once the first have started, and in truth. */
async function measure(limits: object, count: number, callMs = 0) {
  const provider: Provider = {
    async chat(call) {
      if (callMs > 0) await new Promise<void>((resolve) => clock.after(callMs, resolve));
      return echo.chat?.(call) ?? Promise.reject(new Error("echo answers chats"));
    },
  };
  const { submit, read, conea, clock } = await openTestConea({ limits, provider });
  let last = (await submit()).task;
  for (let index = 1; index < count; index++) last = (await submit()).task;
  await clock.advance(500 + callMs * 3);
  const now = clock.now();
  const { ahead, estimatedSeconds = 0 } = await estimateWait(conea, await read(last.id));
  await clock.advance((estimatedSeconds + 600) * 1_500);
  const { startedAt = "" } = await read(last.id);
  return { ahead, estimatedSeconds, actualSeconds: (fromTime(startedAt) - now) / 1_000 };
}

describe("a waiting task's estimate", () => {
  it.each([
    ["60/min", 200],
    ["10/2s", 77],
    ["50/hour", 120],
    ["6000/min", 900],
  ])("is when it starts, within a tenth, at %s", async (requests, count) => {
    const { estimatedSeconds, actualSeconds } = await measure({ requests }, count);
    expect(estimatedSeconds).toBeGreaterThanOrEqual(actualSeconds * 0.9 - 1);
    expect(estimatedSeconds).toBeLessThanOrEqual(actualSeconds * 1.1 + 1);
  });

  it.each([
    [1, 10_000, 20],
    [4, 8_000, 90],
  ])("counts how long calls take where only %i may run at a time", async (concurrency, callMs, count) => {
    const { estimatedSeconds, actualSeconds } = await measure({ concurrency }, count, callMs);
    expect(actualSeconds).toBeGreaterThan(100);
    expect(estimatedSeconds).toBeGreaterThanOrEqual(actualSeconds * 0.85 - 1);
    expect(estimatedSeconds).toBeLessThanOrEqual(actualSeconds * 1.15 + 1);
  });

  it("is that of the tightest limit", async () => {
    const { estimatedSeconds, actualSeconds } = await measure({ requests: ["10/s", "20/min"] }, 70);
    expect(estimatedSeconds).toBeGreaterThanOrEqual(actualSeconds * 0.9 - 2);
    expect(estimatedSeconds).toBeLessThanOrEqual(actualSeconds * 1.1 + 2);
  });

  it("counts tokens by what the task itself is taken to need", async () => {
    const { conea, submit, read } = await openTestConea({ limits: { tokens: "3000/min" } });
    await conea.documents.commit([
      {
        op: "create",
        path: queuePath("main"),
        data: { ...emptyQueue, retryAfterUntil: conea.clock.now() + 9_000 },
      },
    ]);
    const tasks: TaskDocument[] = [];
    for (let index = 0; index < 9; index++) tasks.push((await submit(aChat())).task);
    const seconds = async (index: number) =>
      (await estimateWait(conea, await read(tasks[index]?.id ?? ""))).estimatedSeconds ?? 0;
    expect(await seconds(0)).toBe(9);
    expect(await seconds(8)).toBeGreaterThan(9 + 100);
  });

  it("is absent while the queue is paused, and says who is ahead all the same", async () => {
    const { conea, submit, read } = await openTestConea();
    const data: QueueDocument = { ...emptyQueue, paused: true };
    await conea.documents.commit([{ op: "create", path: queuePath("main"), data }]);
    await submit(aChat({ priority: 0 }));
    await submit();
    const { task } = await submit();
    await submit();
    expect(await estimateWait(conea, await read(task.id))).toEqual({ ahead: 2 });
  });
});
