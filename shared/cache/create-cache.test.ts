import { describe, expect, it } from "vitest";
import { Task } from "../api/task.ts";
import { noUsage } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { pauseQueue } from "../queue/pause-queue.ts";
import { aChat, admin, ann, bob, eve } from "../tasks/conea.fixture.ts";
import { followTask, type TaskEvent, toPosition } from "../tasks/follow-task.ts";
import { listTasks } from "../tasks/read-tasks.ts";
import { toTask } from "../tasks/task-document.ts";
import { aCachedChat, openCachedConea, readWrite } from "./cache.fixture.ts";

describe("the cache", () => {
  it("is off unless it is asked for", async () => {
    const { run, calls, costOf } = await openCachedConea();
    const plain = aCachedChat({ mode: "off" });
    const cost = await costOf(async () => {
      await run(plain);
      expect(await run(plain)).not.toHaveProperty("cache");
    });
    expect(calls.count).toBe(2);
    expect(cost.cache).toEqual({ reads: 0, writes: 0, deletes: 0 });
  });

  it("answers the same request again without a call, for nothing, and says so", async () => {
    const { run, calls, events } = await openCachedConea();
    const first = await run();
    const second = await run();
    expect(calls.count).toBe(1);
    expect(first).toMatchObject({ cache: "miss", status: "succeeded", usage: { outputTokens: 5 } });
    expect(second).toMatchObject({
      cache: "hit",
      status: "succeeded",
      result: first.result,
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
      cost: { micros: 0, known: true },
      attempts: [],
    });
    expect(second).not.toHaveProperty("unpublished");
    const told = events.filter(({ task }) => task.id === second.id);
    expect(told.map(({ type, sequence }) => [type, sequence])).toEqual([
      ["task.accepted", 1],
      ["task.succeeded", 2],
    ]);
  });

  it("gives what a colleague was answered, and never what another tenant was", async () => {
    const { run, calls } = await openCachedConea();
    await run();
    expect((await run(aCachedChat(), bob)).cache).toBe("hit");
    expect((await run(aCachedChat(), eve)).cache).toBe("miss");
    expect(calls.count).toBe(2);
  });

  it("keeps an answer for as long as it was asked to, and gives none that is older than is wanted", async () => {
    const { run, calls, clock } = await openCachedConea();
    await run(aCachedChat({ ttlSeconds: 600 }));
    await clock.advance(300_000);
    expect((await run(aCachedChat({ ttlSeconds: 600 }))).cache).toBe("hit");
    expect((await run(aCachedChat({ ttlSeconds: 300, mode: "read" }))).cache).toBe("miss");
    await clock.advance(299_000);
    expect((await run(aCachedChat({ ttlSeconds: 3_600, mode: "read" }))).cache).toBe("hit");
    await clock.advance(2_000);
    expect((await run(aCachedChat({ ttlSeconds: 3_600 }))).cache).toBe("miss");
    expect(calls.count).toBe(3);
  });

  it("tells the store when an entry may be deleted", async () => {
    const { run, conea } = await openCachedConea();
    await run(aCachedChat({ ttlSeconds: 60 }));
    const [entry] = await conea.documents.query({ collection: "cache" });
    expect(entry?.data).toMatchObject({ tenant: "acme", deleteAt: "2026-01-01T00:01:00.000Z" });
  });

  it("only reads, only refreshes, or does neither when that is asked", async () => {
    const { run, calls } = await openCachedConea();
    expect((await run(aCachedChat({ mode: "read" }))).cache).toBe("miss");
    expect((await run(aCachedChat({ mode: "read" }))).cache).toBe("miss");
    expect((await run(aCachedChat({ mode: "refresh" }))).result).toMatchObject({ text: "answer 3" });
    expect((await run(aCachedChat({ mode: "refresh" }))).result).toMatchObject({ text: "answer 4" });
    expect(await run(aCachedChat({ mode: "read" }))).toMatchObject({
      cache: "hit",
      result: { text: "answer 4" },
    });
    expect(await run(aCachedChat({ mode: "off" }))).not.toHaveProperty("cache");
    expect(calls.count).toBe(5);
  });

  it("uses a model's own time where the request says nothing, unless it says off", async () => {
    const { run, clock } = await openCachedConea({ model: { cacheSeconds: 60 } });
    const plain = aChat();
    await run(plain);
    expect((await run(plain)).cache).toBe("hit");
    expect(await run(aCachedChat({ mode: "off" }))).not.toHaveProperty("cache");
    await clock.advance(60_000);
    expect((await run(plain)).cache).toBe("miss");
  });

  it.each([
    ["cut at its length", { text: "Once upon", finishReason: "length" }],
    ["cut by a filter", { text: "Once", finishReason: "content_filter" }],
    ["ended for a reason nobody knows", { text: "Once", finishReason: "other" }],
    ["a refusal", { text: "", finishReason: "stop", refusal: "I would rather not." }],
    ["empty", { text: "", finishReason: "stop" }],
  ] as const)("never keeps an answer that is %s", async (_what, result) => {
    const { run, conea } = await openCachedConea({}, { chat: async () => ({ result, usage: noUsage }) });
    await run();
    expect((await run()).cache).toBe("miss");
    expect(await conea.documents.count({ collection: "cache" })).toBe(0);
  });

  it("keeps what asks for tools", async () => {
    const toolCalls = [{ id: "c1", name: "look", arguments: "{}" }];
    const result = { text: "", finishReason: "tool_calls" as const, toolCalls };
    const { run } = await openCachedConea({}, { chat: async () => ({ result, usage: noUsage }) });
    await run();
    expect(await run()).toMatchObject({ cache: "hit", result });
  });

  it("never keeps an error, nor a stream that was cut", async () => {
    const { run, conea, calls } = await openCachedConea(
      { retry: { attempts: 1 } },
      {
        async chat({ onText }) {
          calls.count += 1;
          onText?.("Half of the ans");
          throw new ProviderError("connection");
        },
      },
    );
    for (const _ of [1, 2]) expect((await run(aCachedChat({}, { stream: true }))).status).toBe("dead");
    expect(calls.count).toBe(2);
    expect(await conea.documents.count({ collection: "cache" })).toBe(0);
  });

  it("reports each use of an image to its provider, whatever is asked of the cache", async () => {
    const reports: string[] = [];
    const { submit, clock } = await openCachedConea(
      { model: { kinds: ["image_search"] } },
      {
        async image_search({ input }) {
          if ("trackDownload" in input) reports.push(input.trackDownload);
          return { result: { trackedDownload: "x" }, usage: noUsage };
        },
      },
    );
    for (const _ of [1, 2]) {
      const input = { trackDownload: "x" };
      await submit({ type: "image_search", input, priority: 5, stream: false, cache: readWrite });
      await clock.advance(1);
    }
    expect(reports).toEqual(["x", "x"]);
  });

  it("answers at once where the line is full, nothing may start and nobody is awake", async () => {
    const { run, submit, conea, counts } = await openCachedConea({ queue: { maxReady: 1, strict: true } });
    await run();
    await pauseQueue(conea, admin, "main");
    await submit(aChat());
    await expect(submit(aChat())).rejects.toMatchObject({ code: "queue_full" });
    counts.clear();
    expect((await submit(aCachedChat())).task.status).toBe("succeeded");
    expect(counts.get("queues")).toBeUndefined();
  });

  it("gives the same task for a repeated Idempotency-Key, though the answer is known by then", async () => {
    const { submit, clock } = await openCachedConea();
    const { task } = await submit(aCachedChat(), ann, { idempotencyKey: "k" });
    await clock.advance(1);
    const again = await submit(aCachedChat(), ann, { idempotencyKey: "k" });
    expect(again).toMatchObject({ replayed: true, task: { id: task.id, cache: "miss" } });
    const hit = await submit(aCachedChat(), ann, { idempotencyKey: "l" });
    expect(await submit(aCachedChat(), ann, { idempotencyKey: "l" })).toMatchObject({
      replayed: true,
      task: { id: hit.task.id, cache: "hit" },
    });
  });

  it("lists hits, and shows nothing of how the cache works", async () => {
    const { run, conea } = await openCachedConea();
    await run();
    const hit = await run();
    const { tasks } = await listTasks(conea, ann, { limit: 10, status: "succeeded" });
    expect(tasks.map(({ id }) => id)).toContain(hit.id);
    expect(Object.keys(Task.strict().parse(toTask(hit)))).toContain("cache");
  });

  it("asks anew at its time for a task that waits for one", async () => {
    const { submit, run, read, clock, calls } = await openCachedConea();
    const { task } = await submit(aCachedChat({}, { notBefore: "2026-01-01T00:10:00Z" }));
    await run();
    expect((await read(task.id)).status).toBe("scheduled");
    await clock.advance(600_100);
    expect(await read(task.id)).toMatchObject({ status: "succeeded", cache: "hit", cost: { micros: 0 } });
    expect(calls.count).toBe(1);
  });

  it("replays a stream as a stream", async () => {
    const text = "All that was said before, and more. ".repeat(10);
    const { run, conea } = await openCachedConea(
      {},
      {
        async chat({ onText }) {
          onText?.(text);
          return { result: { text, finishReason: "stop" }, usage: noUsage };
        },
      },
    );
    await run(aCachedChat({}, { stream: true }));
    const hit = await run(aCachedChat({}, { stream: true }));
    expect(hit.cache).toBe("hit");
    const all = await gather(followTask(conea, hit.id, { start: toPosition(null), signal }));
    expect(all.length).toBeGreaterThan(3);
    expect(all.at(-1)).toMatchObject({ event: "done", data: { result: { text } } });
    expect(textOf(all)).toBe(text);
    const [first] = all;
    const rest = await gather(followTask(conea, hit.id, { start: toPosition(first?.id ?? ""), signal }));
    expect(rest).toEqual(all.slice(1));
  });

  it("replays no text to who asked for no stream", async () => {
    const { run, conea } = await openCachedConea();
    await run();
    const hit = await run();
    const all = await gather(followTask(conea, hit.id, { start: toPosition(null), signal }));
    expect(all.map(({ event }) => event)).toEqual(["done"]);
  });
});

const { signal } = new AbortController();

async function gather(events: AsyncIterable<TaskEvent>): Promise<TaskEvent[]> {
  const all: TaskEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

function textOf(events: TaskEvent[]): string {
  return events.map((event) => (event.event === "delta" ? event.data.text : "")).join("");
}
