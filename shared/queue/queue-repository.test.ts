import { describe, expect, it } from "vitest";
import { aChat, admin, ann, openTestConea } from "../tasks/conea.fixture.ts";
import { pauseQueue } from "./pause-queue.ts";
import {
  claimNextTask,
  dequeueTask,
  enqueueTask,
  enqueueTaskWithPriority,
  isQueueFull,
  peekQueue,
  queueLength,
  queueStats,
  releaseTask,
  removeFromQueue,
  reorderTask,
} from "./queue-repository.ts";

/** A queue that no worker looks at. */
async function openIdle(limits: object = {}) {
  const test = await openTestConea({ limits, queue: { maxReady: 3 } });
  const deps = {
    ...test.conea,
    wakes: { slotMs: 0, ensure: async () => undefined },
    abort: test.conea.runner.abort,
  };
  const heads = async (limit: number) => (await peekQueue(deps, "main", limit)).map(({ id }) => id);
  return { ...test, deps, heads };
}

describe("a queue as a repository", () => {
  it("enqueues in order of acceptance, and before that by priority", async () => {
    const { deps, heads } = await openIdle();
    const first = await enqueueTask(deps, ann, aChat());
    const second = await enqueueTask(deps, ann, aChat());
    const best = await enqueueTaskWithPriority(deps, ann, aChat(), 0);
    expect(await heads(10)).toEqual([best.id, first.id, second.id]);
    expect(await heads(1)).toEqual([best.id]);
    expect(await queueLength(deps, "main")).toBe(3);
  });

  it("dequeues the best task once, and none when there is none", async () => {
    const { deps } = await openIdle();
    const task = await enqueueTask(deps, ann, aChat());
    expect((await dequeueTask(deps, "main"))?.task).toMatchObject({ id: task.id, status: "running" });
    expect(await claimNextTask(deps, "main")).toBeUndefined();
  });

  it("gives a claimed task that is released its old place, no attempt used and its place in flight free", async () => {
    const { deps, heads } = await openIdle({ concurrency: 1 });
    const first = await enqueueTask(deps, ann, aChat());
    await enqueueTask(deps, ann, aChat());
    const claimed = await claimNextTask(deps, "main");
    expect(await claimNextTask(deps, "main")).toBeUndefined();
    if (!claimed) throw new Error("nothing was claimed");
    expect(await releaseTask(deps, claimed)).toBe(true);
    expect(await heads(1)).toEqual([first.id]);
    const again = await claimNextTask(deps, "main");
    expect(again?.task).toMatchObject({ id: first.id, attemptCount: 1, attemptsUsed: 0 });
    expect(await releaseTask(deps, claimed)).toBe(false);
  });

  it("removes and reorders what waits", async () => {
    const { deps, heads, read } = await openIdle();
    const first = await enqueueTask(deps, ann, aChat());
    const second = await enqueueTask(deps, ann, aChat());
    await reorderTask(deps, ann, second.id, 1);
    expect(await heads(10)).toEqual([second.id, first.id]);
    await removeFromQueue(deps, ann, second.id);
    expect(await heads(10)).toEqual([first.id]);
    expect((await read(second.id)).status).toBe("cancelled");
  });

  it("tells its length, its state and whether it is full", async () => {
    const { deps } = await openIdle();
    await pauseQueue(deps, admin, "main");
    for (let index = 0; index < 2; index++) await enqueueTask(deps, ann, aChat());
    expect(await isQueueFull(deps, "main")).toBe(false);
    await enqueueTask(deps, ann, aChat());
    expect(await isQueueFull(deps, "main")).toBe(true);
    expect(await queueStats(deps, "main")).toMatchObject({ ready: 3, maxReady: 3, paused: true });
    await expect(queueLength(deps, "none")).rejects.toMatchObject({ code: "not_found" });
    await expect(claimNextTask(deps, "none")).rejects.toMatchObject({ code: "not_found" });
  });
});
