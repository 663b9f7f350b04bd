import { describe, expect, it } from "vitest";
import type { QueueView, Recovery } from "../../shared/api/queues.ts";
import type { Task } from "../../shared/api/task.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { admin, type TestOptions } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi } from "./api.fixture.ts";

/** The API with an administrator's key, and the way to a queue and to what may be done to it. */
async function openQueues(options: TestOptions = {}) {
  const test = await openApi({ second: true, ...options });
  const key = await test.keyFor(admin);
  const get = async (id = "main") => json<QueueView>(await test.send(`/v1/queues/${id}`, { key }));
  const post = (path: string, body?: object) =>
    test.send(`/v1/queues/${path}`, { method: "POST", key, ...(body && { body }) });
  return { ...test, key, get, post };
}

describe("an operator's view", () => {
  it("shows a queue that nobody has claimed from as empty", async () => {
    const { get } = await openQueues({ limits: { requests: "60/min", concurrency: 4 } });
    expect(await get()).toEqual({
      id: "main",
      ready: 0,
      scheduled: 0,
      running: 0,
      readyByPriority: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, 0])),
      maxReady: 10_000,
      estimatedWaitSeconds: 0,
      limits: [
        { kind: "requests", rate: "60/min", used: 0, allowed: 60, windowSeconds: 60 },
        { kind: "concurrency", used: 0, allowed: 4 },
      ],
      breaker: { state: "closed", failures: 0, successes: 0, probes: 0 },
      paused: false,
    });
  });

  it("shows the line by status and priority, its oldest wait, and what of each limit is used", async () => {
    const { get, submit, clock } = await openQueues({
      limits: { requests: "2/min", tokens: "100000/min" },
      provider: { chat: () => new Promise(() => {}) },
    });
    for (const priority of [5, 5, 0, 9, 9]) await submit({ priority });
    await submit({ notBefore: "2026-01-01T01:00:00Z" });
    await clock.advance(20_000);
    const queue = await get();
    expect(queue).toMatchObject({ ready: 3, scheduled: 1, running: 2, oldestWaitSeconds: 20 });
    expect(queue.readyByPriority).toMatchObject({ 0: 1, 5: 0, 9: 2 });
    expect(queue.limits).toMatchObject([
      { kind: "requests", used: 2, allowed: 2 },
      { kind: "tokens", allowed: 100_000, windowSeconds: 60 },
    ]);
    expect(queue.limits[1]?.used).toBeGreaterThan(2_000);
    expect(queue.estimatedWaitSeconds).toBeGreaterThan(60);
    expect(queue.estimatedWaitSeconds).toBeLessThan(110);
  });

  it("shows of a high rate what is used of its burst", async () => {
    const { get, submit, clock } = await openQueues({ limits: { requests: "6000/min" } });
    for (let index = 0; index < 10; index++) await submit();
    await clock.advance(0);
    const limit = { kind: "requests", rate: "6000/min", allowed: 60, windowSeconds: 0.6 };
    expect((await get()).limits).toEqual([{ ...limit, used: 10 }]);
    await clock.advance(1_000);
    expect((await get()).limits).toEqual([{ ...limit, used: 0 }]);
  });

  it("lists all queues, for administrators only, and knows no others", async () => {
    const { send, key } = await openQueues();
    const { items } = await json<{ items: QueueView[] }>(await send("/v1/queues", { key }));
    expect(items.map(({ id }) => id)).toEqual(["main", "second"]);
    expect((await send("/v1/queues")).status).toBe(403);
    expect((await send("/v1/queues/main/pause", { method: "POST" })).status).toBe(403);
    expect((await send("/v1/queues/constructor", { key })).status).toBe(404);
    expect((await send("/v1/queues/none/pause", { method: "POST", key })).status).toBe(404);
  });
});

describe("pause and resume", () => {
  it("starts nothing while paused, accepts what comes, and runs it all once resumed", async () => {
    const { submit, send, clock, get, post } = await openQueues();
    expect(await json(await post("main/pause"))).toMatchObject({ paused: true });
    expect((await post("main/pause")).status).toBe(200);
    const { id } = await json(await submit());
    await clock.advance(120_000);
    expect(await json(await send(`/v1/tasks/${id}`))).toMatchObject({ status: "ready", wait: { ahead: 0 } });
    expect(await get()).not.toHaveProperty("estimatedWaitSeconds");
    expect(await json(await post("main/resume"))).toMatchObject({ paused: false });
    await clock.advance(1_000);
    expect(await json(await send(`/v1/tasks/${id}`))).toMatchObject({ status: "succeeded" });
  });

  it("holds against claims that write at the same moment", async () => {
    const { submit, clock, get, post } = await openQueues({ limits: { requests: "5/s" } });
    for (let index = 0; index < 50; index++) await submit();
    const paused = post("main/pause");
    await clock.advance(0);
    await paused;
    const { ready } = await get();
    await clock.advance(30_000);
    expect((await get()).ready).toBe(ready);
    await post("main/resume");
    await clock.advance(30_000);
    expect(await get()).toMatchObject({ ready: 0, paused: false });
  });
});

describe("the breaker's reset", () => {
  it("calls the provider again before the breaker would have", async () => {
    let isDown = true;
    const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
    const { submit, send, clock, get, post } = await openQueues({
      breaker: { failures: 2, openMs: 600_000 },
      retry: { attempts: 10, baseMs: 1 },
      provider: {
        async chat() {
          if (isDown) throw new ProviderError("overloaded");
          return { result: { text: "ok", finishReason: "stop" }, usage };
        },
      },
    });
    const { id } = await json(await submit());
    await clock.advance(5_000);
    expect((await get()).breaker).toMatchObject({ state: "open", openUntil: expect.any(String) });
    expect((await get()).estimatedWaitSeconds).toBeGreaterThan(590);
    isDown = false;
    expect(await json(await post("main/breaker/reset"))).toMatchObject({ breaker: { state: "closed" } });
    await clock.advance(1_000);
    expect(await json(await send(`/v1/tasks/${id}`))).toMatchObject({ status: "succeeded" });
  });
});

describe("reprioritise", () => {
  it("lets a waiting task overtake, keeps its age among its new equals, and shows each its place", async () => {
    const { submit, send, clock } = await openQueues({ limits: { requests: "1/min" } });
    const ids: string[] = [];
    for (let index = 0; index < 4; index++) ids.push((await json(await submit())).id ?? "");
    await clock.advance(1_000);
    const show = async (id = "") => json<Task>(await send(`/v1/tasks/${id}`));
    expect((await show(ids[3])).wait).toMatchObject({ ahead: 2 });
    expect((await show(ids[3])).wait?.estimatedSeconds).toBeGreaterThan(170);
    expect((await show(ids[3])).wait?.estimatedSeconds).toBeLessThan(190);
    const put = (id = "", priority = 1) =>
      send(`/v1/tasks/${id}/reprioritise`, { method: "POST", body: { priority } });
    expect(await json(await put(ids[3]))).toMatchObject({ priority: 1 });
    expect(await json(await put(ids[2]))).toMatchObject({ priority: 1 });
    expect((await put(ids[2])).status).toBe(200);
    expect([(await show(ids[1])).wait?.ahead, (await show(ids[2])).wait?.ahead]).toEqual([2, 0]);
    await clock.advance(61_000);
    expect([(await show(ids[2])).status, (await show(ids[3])).status]).toEqual(["succeeded", "ready"]);
    expect(await show(ids[2])).not.toHaveProperty("wait");
  });

  it("is refused for what runs or has ended, for a priority that is none, and for others' tasks", async () => {
    const { submit, send, clock, keyFor } = await openQueues();
    const { id } = await json(await submit());
    await clock.advance(1_000);
    const put = (body: object, key?: string) =>
      send(`/v1/tasks/${id}/reprioritise`, { method: "POST", body, ...(key && { key }) });
    expect((await put({ priority: 1 })).status).toBe(409);
    expect((await put({ priority: 10 })).status).toBe(422);
    const other = await keyFor({ tenant: "acme", user: "bob", role: "user" });
    expect((await put({ priority: 1 }, other)).status).toBe(404);
  });
});

describe("recovery", () => {
  it("is an administrator's, takes no body as well as one, and reports what it did", async () => {
    const { send, post } = await openQueues();
    const report = await json<Recovery>(await post("recover"));
    expect(report).toMatchObject({
      queues: [
        { id: "main", ready: 0, breakerWas: "closed", placesFreed: 0, paused: false },
        { id: "second" },
      ],
      returned: 0,
      failed: 0,
    });
    expect((await post("recover", { orphans: true })).status).toBe(200);
    expect((await post("recover", { orphan: true })).status).toBe(422);
    expect((await send("/v1/queues/recover", { method: "POST" })).status).toBe(403);
  });
});
