import { describe, expect, it } from "vitest";
import { deleteTask } from "./change-task.ts";
import { aChat, ann, bob, eve, openTestConea } from "./conea.fixture.ts";
import { isStoredJson, toTask } from "./task-document.ts";
import { waitForTask } from "./wait-for-task.ts";

describe("submitTask", () => {
  it("keeps the task before it answers, and tells of it", async () => {
    const { submit, read, events, conea } = await openTestConea();
    const { task, replayed } = await submit(
      aChat({ relatedEntity: "product/7", metadata: { colour: "red" } }),
    );
    expect(replayed).toBe(false);
    expect(await read(task.id)).toMatchObject({
      tenant: "acme",
      createdBy: "ann",
      queue: "main",
      model: "m",
      priority: 5,
      relatedEntity: "product/7",
      metadata: { colour: "red" },
    });
    expect(events[0]).toMatchObject({ type: "task.accepted", task: { id: task.id } });
    expect(conea.clock.now()).toBe(Date.parse(task.createdAt));
  });

  it("makes one task of a hundred submissions with one Idempotency-Key", async () => {
    const { submit, conea } = await openTestConea();
    const all = await Promise.all(
      Array.from({ length: 100 }, () => submit(aChat(), ann, { idempotencyKey: "order-1" })),
    );
    expect(new Set(all.map(({ task }) => task.id)).size).toBe(1);
    expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await conea.documents.count({ collection: "tasks" })).toBe(1);
  });

  it("gives the first task for equal requests whose fields come in another order", async () => {
    const { submit } = await openTestConea();
    const first = await submit(aChat({ metadata: { a: "1", b: "2" } }), ann, { idempotencyKey: "k" });
    const again = await submit(aChat({ metadata: { b: "2", a: "1" } }), ann, { idempotencyKey: "k" });
    expect(again).toMatchObject({ replayed: true, task: { id: first.task.id } });
  });

  it("refuses a key that was used for another request, and keeps the first task whole", async () => {
    const { submit, read } = await openTestConea();
    const large = (letter: string) =>
      aChat({ input: { messages: [{ role: "user", content: letter.repeat(200_000) }] } });
    const { task } = await submit(large("a"), ann, { idempotencyKey: "k" });
    await expect(submit(large("b"), ann, { idempotencyKey: "k" })).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
    expect((await read(task.id)).input).toEqual(task.input);
  });

  it("keeps the keys of users and tenants apart", async () => {
    const { submit } = await openTestConea();
    const first = await submit(aChat(), ann, { idempotencyKey: "k" });
    const other = await submit(aChat(), eve, { idempotencyKey: "k" });
    expect(other.task.id).not.toBe(first.task.id);
    await expect(submit(aChat(), bob, { idempotencyKey: "k" })).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
  });

  it("does not bring back a deleted task for its key", async () => {
    const { submit, conea, clock } = await openTestConea();
    const { task } = await submit(aChat(), ann, { idempotencyKey: "k" });
    await clock.advance(1_000);
    await deleteTask(conea, ann, task.id);
    await expect(submit(aChat(), ann, { idempotencyKey: "k" })).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
  });

  it("puts an input above 100 KB into Blobs, and the provider still gets it whole", async () => {
    const seen: string[] = [];
    const { submit, read, conea, clock } = await openTestConea({
      provider: {
        async chat({ input }) {
          seen.push(String(input.messages[0]?.content));
          return {
            result: { text: "ok", finishReason: "stop" },
            usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
          };
        },
      },
    });
    const content = "ä".repeat(60_000);
    const { task } = await submit(aChat({ input: { messages: [{ role: "user", content }] } }));
    expect(isStoredJson((await read(task.id)).input)).toBe(true);
    const ended = waitForTask(conea, task.id, { waitMs: 60_000 });
    await clock.advance(1);
    expect(await ended).toMatchObject({ status: "succeeded" });
    expect(seen).toEqual([content]);
  });

  it("keeps JSON Schemas that Firestore could not hold as maps, and shows them as they came", async () => {
    const { submit, read } = await openTestConea();
    let schema: Record<string, unknown> = { type: "string", examples: [["a"], ["b"]] };
    for (let level = 0; level < 25; level++) schema = { type: "object", properties: { inner: schema } };
    const input = {
      messages: [{ role: "user" as const, content: "Hello" }],
      tools: [{ name: "look", parameters: schema }],
      responseFormat: { type: "json_schema" as const, name: "answer", schema },
    };
    const { task } = await submit(aChat({ input }));
    expect(toTask(await read(task.id)).input).toEqual(input);
  });

  it("holds a task back until notBefore, and runs it then", async () => {
    const { submit, read, clock } = await openTestConea();
    const { task } = await submit(aChat({ notBefore: "2026-01-01T01:00:00+00:30" }));
    expect(task.status).toBe("scheduled");
    await clock.advance(29 * 60_000);
    expect((await read(task.id)).status).toBe("scheduled");
    await clock.advance(2 * 60_000);
    expect((await read(task.id)).status).toBe("succeeded");
  });
});
