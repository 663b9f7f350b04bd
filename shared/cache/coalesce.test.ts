import { describe, expect, it } from "vitest";
import type { CacheRequest } from "../api/cache.ts";
import { noUsage } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { cancelTask } from "../tasks/change-task.ts";
import { aChat, ann, bob, eve } from "../tasks/conea.fixture.ts";
import { submitTask } from "../tasks/submit-task.ts";
import { aCachedChat, openCachedConea } from "./cache.fixture.ts";

const shared = (cache: Partial<CacheRequest> = {}) => aCachedChat({ coalesce: true, ...cache });

/** Conea with a provider whose calls take until the test answers them, or ten seconds. */
async function openSlowConea(options: Parameters<typeof openCachedConea>[0] = {}) {
  const pending: PromiseWithResolvers<string>[] = [];
  const test = await openCachedConea(options, {
    async chat({ onText }) {
      const call = Promise.withResolvers<string>();
      pending.push(call);
      const text = await call.promise;
      onText?.(text);
      return {
        result: { text, finishReason: text === "" ? "content_filter" : "stop" },
        usage: { ...noUsage, outputTokens: 1 },
      };
    },
  });
  const submitMany = (count: number, principals = [ann], request = shared()) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const { task } = await test.submit(request, principals[index % principals.length]);
        return task.id;
      }),
    );
  const readAll = (ids: string[]) => Promise.all(ids.map(test.read));
  /** Ends the calls under way, and lets all that follows happen. */
  const answer = async (reply: string | Error = "the answer") => {
    await test.clock.advance(1);
    for (const { resolve, reject } of pending.splice(0))
      typeof reply === "string" ? resolve(reply) : reject(reply);
    await test.settle(test.events[0]?.task.id ?? "");
  };
  return { ...test, pending, submitMany, readAll, answer };
}

describe("requests that are the same at the same time", () => {
  it("share one call when that is asked, each a task of its own that ends with the answer", async () => {
    const { submitMany, readAll, answer, pending, clock, events } = await openSlowConea();
    const ids = await submitMany(20, [ann, bob]);
    await clock.advance(1);
    expect(pending).toHaveLength(1);
    expect((await readAll(ids)).map(({ status }) => status).sort()).toEqual([
      "running",
      ...Array.from({ length: 19 }, () => "scheduled"),
    ]);
    await answer();
    const tasks = await readAll(ids);
    for (const task of tasks)
      expect(task).toMatchObject({ status: "succeeded", result: { text: "the answer" } });
    expect(tasks.filter(({ cache }) => cache === "hit")).toHaveLength(19);
    expect(tasks.reduce((sum, { usage }) => sum + usage.outputTokens, 0)).toBe(1);
    for (const { id, cache } of tasks) {
      const told = events
        .filter(({ task }) => task.id === id)
        .map(({ type, sequence }) => `${type} ${sequence}`);
      const way = cache === "hit" ? ["accepted", "succeeded"] : ["accepted", "started", "succeeded"];
      expect([...new Set(told)]).toEqual(way.map((step, index) => `task.${step} ${index + 1}`));
    }
    expect(tasks.some(({ unpublished, notBefore }) => unpublished ?? notBefore)).toBe(false);
  });

  it("make a call each where it is not asked", async () => {
    const { submitMany, pending, clock } = await openSlowConea();
    await submitMany(3, [ann], aCachedChat());
    await clock.advance(1);
    expect(pending).toHaveLength(3);
  });

  it("share one call across processes", async () => {
    const { submit, openAnother, pending, readAll, answer, clock } = await openSlowConea();
    const submitted = await Promise.all([
      submit(shared()),
      submitTask(openAnother(), ann, shared()),
      submitTask(openAnother(), bob, shared()),
    ]);
    await clock.advance(1);
    expect(pending).toHaveLength(1);
    await answer();
    const tasks = await readAll(submitted.map(({ task }) => task.id));
    expect(tasks.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(tasks.filter(({ cache }) => cache === "hit")).toHaveLength(2);
  });

  it("of two tenants never share a call", async () => {
    const { submitMany, pending, clock } = await openSlowConea();
    await submitMany(4, [ann, eve]);
    await clock.advance(1);
    expect(pending).toHaveLength(2);
  });

  it("are each called for when the one call fails", async () => {
    const { submitMany, readAll, answer, pending, clock } = await openSlowConea();
    const ids = await submitMany(3);
    await answer(new ProviderError("content_refused"));
    await clock.advance(1);
    expect(pending).toHaveLength(2);
    await answer();
    const statuses = (await readAll(ids)).map(({ status }) => status).sort();
    expect(statuses).toEqual(["failed", "succeeded", "succeeded"]);
  });

  it("are each called for when the answer was cut by a filter, or its task was cancelled", async () => {
    const { submitMany, readAll, answer, pending, clock, conea } = await openSlowConea();
    await submitMany(2);
    await answer("");
    await clock.advance(1);
    expect(pending).toHaveLength(1);
    await answer();
    const other = aChat({
      cache: { mode: "read_write", coalesce: true },
      input: { messages: [{ role: "user", content: "b" }] },
    });
    const ids = await submitMany(2, [ann], other);
    await clock.advance(1);
    const leader = (await readAll(ids)).find(({ status }) => status === "running");
    await cancelTask({ ...conea, abort: conea.runner.abort }, ann, leader?.id ?? "");
    await answer();
    await answer();
    expect((await readAll(ids)).map(({ status }) => status).sort()).toEqual(["cancelled", "succeeded"]);
  });

  it("wait for a minute at most, and then call for themselves", async () => {
    const { submitMany, readAll, answer, pending, clock } = await openSlowConea();
    const ids = await submitMany(2);
    await clock.advance(59_000);
    expect(pending).toHaveLength(1);
    await clock.advance(2_000);
    expect(pending).toHaveLength(2);
    await answer();
    expect((await readAll(ids)).map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
  });

  it("end without a call though the process that took them in is gone, once the one call has ended", async () => {
    const { submit, conea, openAnother, read, answer, pending, clock } = await openSlowConea();
    await submit(shared());
    // It hears of nothing any more, as when it has ended.
    const documents = { ...conea.documents, listen: () => () => undefined };
    const { task } = await submitTask(openAnother({ documents }), ann, shared());
    await answer();
    expect(await read(task.id)).toMatchObject({ status: "scheduled", notBefore: "2026-01-01T00:01:00.000Z" });
    await clock.advance(61_000);
    await answer();
    expect(await read(task.id)).toMatchObject({
      status: "succeeded",
      cache: "hit",
      attempts: [{ outcome: "succeeded", cached: true }],
      usage: noUsage,
      cost: { micros: 0 },
    });
    expect(pending).toHaveLength(0);
  });

  it("wait for nobody who was refused", async () => {
    const { submit, pending, clock } = await openSlowConea({
      queue: { maxReady: 1, strict: true },
      limits: { concurrency: 1 },
    });
    await submit(aChat());
    await clock.advance(1);
    await submit(aChat());
    await expect(submit(shared())).rejects.toMatchObject({ code: "queue_full" });
    pending[0]?.resolve("done");
    await clock.advance(1);
    await clock.advance(5_000);
    expect((await submit(shared())).task.status).toBe("ready");
  });

  it.each([
    { queue: "second", model: "m" },
    { queue: "main", model: "n" },
  ])("do not share the answer that $queue gave as $model after a failover", async (served) => {
    const { submit, conea, read, answer, pending, clock } = await openSlowConea({ second: true });
    const leader = await submit(shared());
    const follower = await submit(shared());
    await clock.advance(1);
    const result = { text: "another's", finishReason: "stop" };
    const fields = { status: "succeeded", ...served, result };
    await conea.documents.commit([{ op: "update", path: `tasks/${leader.task.id}`, fields }]);
    await clock.advance(1);
    expect(pending).toHaveLength(2);
    await answer();
    expect(await read(follower.task.id)).toMatchObject({
      cache: "miss",
      status: "succeeded",
      result: { text: "the answer" },
    });
  });

  it("have one leader across processes where an answer is there that is too old for them", async () => {
    const { submit, openAnother, pending, answer, clock, readAll } = await openSlowConea();
    const { task } = await submit(shared({ ttlSeconds: 3_600 }));
    await answer("the old answer");
    await clock.advance(120_000);
    const fresh = shared({ ttlSeconds: 60 });
    const submitted = await Promise.all([1, 2, 3].map(() => submitTask(openAnother(), ann, fresh)));
    await clock.advance(1);
    expect(pending).toHaveLength(1);
    // Meanwhile the old one is good enough for others.
    const other = await submitTask(openAnother(), ann, shared({ ttlSeconds: 3_600, mode: "read" }));
    expect(other.task).toMatchObject({ cache: "hit", result: { text: "the old answer" } });
    await answer("the new answer");
    for (const one of await readAll(submitted.map((each) => each.task.id)))
      expect(one).toMatchObject({ status: "succeeded", result: { text: "the new answer" } });
    expect(task.status).toBe("ready");
  });

  it("find the answer of a call that ended before they came", async () => {
    const { submitMany, submit, answer, openAnother } = await openSlowConea();
    await submitMany(1);
    await answer();
    expect((await submit(shared())).task.cache).toBe("hit");
    expect((await submitTask(openAnother(), ann, shared())).task.cache).toBe("hit");
  });

  it("call anew, and wait for nobody, where a new answer is asked for", async () => {
    const { submitMany, pending, clock } = await openSlowConea();
    await submitMany(2, [ann], shared({ mode: "refresh" }));
    await clock.advance(1);
    expect(pending).toHaveLength(2);
  });
});
