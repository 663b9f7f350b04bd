import { describe, expect, it } from "vitest";
import type { TaskStatus } from "../api/task-type.ts";
import { idFrom } from "../core/ids.ts";
import { deleteTask } from "./change-task.ts";
import { admin, ann, bob, eve, openTestConea, viewer } from "./conea.fixture.ts";
import { listDeadLetters } from "./dead-letters.ts";
import { moveToDeadLetters } from "./move-to-dead-letters.ts";
import { replayTask } from "./replay-task.ts";
import { aTask } from "./task.fixture.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";
import {
  countActiveTasksByUser,
  findTaskById,
  listFailedTasks,
  listPendingTasks,
  listProcessingTasks,
  listTasksByRelatedEntity,
  listTasksByType,
  listTasksByUser,
  listTimedOutTasks,
  saveTask,
} from "./task-repository.ts";
import { averageProcessingMs, countTasksByStatus, statisticsByProvider } from "./task-statistics.ts";

/** A store with these tasks, each of the queue `main` and named by its place in the list. */
async function openWith(...changes: Partial<TaskDocument>[]) {
  const test = await openTestConea({ second: true });
  const tasks = changes.map((change, index) =>
    aTask({ id: idFrom("task", String(index)), queue: "main", model: "m", sequence: index + 1, ...change }),
  );
  await test.conea.documents.commit(tasks.map((data) => ({ op: "create", path: taskPath(data.id), data })));
  const places = (found: TaskDocument[]) => found.map(({ id }) => tasks.findIndex((task) => task.id === id));
  return { ...test, deps: test.conea, tasks, places, idOf: (index: number) => tasks[index]?.id ?? "" };
}

const all: TaskStatus[] = [
  "ready",
  "scheduled",
  "running",
  "succeeded",
  "failed",
  "dead",
  "cancelled",
  "expired",
];
const ofEachStatus = all.map((status) => ({ status }));

describe("finding tasks", () => {
  it("finds one by its id, for those who may see it", async () => {
    const { deps, idOf } = await openWith({}, { deleted: true });
    expect((await findTaskById(deps, ann, idOf(0)))?.data.id).toBe(idOf(0));
    expect((await findTaskById(deps, viewer, idOf(0)))?.data.id).toBe(idOf(0));
    expect(await findTaskById(deps, bob, idOf(0))).toBeUndefined();
    expect(await findTaskById(deps, eve, idOf(0))).toBeUndefined();
    expect(await findTaskById(deps, ann, idOf(1))).toBeUndefined();
    expect(await findTaskById(deps, ann, "../keys")).toBeUndefined();
  });

  it("lists the pending, the processing and the failed, newest first", async () => {
    const { deps, places } = await openWith(...ofEachStatus, { status: "ready", tenant: "evil" });
    expect(places(await listPendingTasks(deps, ann))).toEqual([1, 0]);
    expect(places(await listProcessingTasks(deps, ann))).toEqual([2]);
    expect(places(await listFailedTasks(deps, ann))).toEqual([5, 4]);
  });

  it("lists as timed out what runs on a lease that has run out", async () => {
    const { deps, places } = await openWith(
      { status: "running", leaseUntil: "2026-01-01T00:00:10.000Z" },
      { status: "running", leaseUntil: "2025-12-31T23:59:59.000Z" },
      { status: "succeeded", leaseUntil: "2025-12-31T23:59:59.000Z" },
    );
    expect(places(await listTimedOutTasks(deps, admin))).toEqual([1]);
  });

  it("lists by user, type and related entity, and of a user's principal never another's", async () => {
    const { deps, places } = await openWith(
      { createdBy: "bob" },
      { type: "embedding" },
      { relatedEntity: "order/7" },
      { deleted: true, relatedEntity: "order/7" },
    );
    expect(places(await listTasksByUser(deps, admin, "bob"))).toEqual([0]);
    expect(places(await listTasksByUser(deps, ann, "bob"))).toEqual([]);
    expect(places(await listTasksByType(deps, ann, "embedding"))).toEqual([1]);
    expect(places(await listTasksByRelatedEntity(deps, ann, "order/7"))).toEqual([2]);
  });

  it("counts a user's tasks that have not ended", async () => {
    const { deps } = await openWith(...ofEachStatus, { createdBy: "bob" });
    expect(await countActiveTasksByUser(deps, admin, "ann")).toBe(3);
    expect(await countActiveTasksByUser(deps, admin, "bob")).toBe(1);
    expect(await countActiveTasksByUser(deps, eve, "ann")).toBe(0);
  });
});

describe("keeping tasks", () => {
  it("saves what the caller says about one, unless somebody has written it since", async () => {
    const { deps, idOf, read } = await openWith({});
    const found = await findTaskById(deps, ann, idOf(0));
    const savedAt = await saveTask(deps, idOf(0), { metadata: { a: "1" } }, found?.updateTime ?? "");
    expect(await read(idOf(0))).toMatchObject({ metadata: { a: "1" } });
    await expect(saveTask(deps, idOf(0), { metadata: {} }, found?.updateTime ?? "")).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await saveTask(deps, idOf(0), { relatedEntity: "order/7" }, savedAt);
    expect((await read(idOf(0))).relatedEntity).toBe("order/7");
  });

  it("deletes softly: the task is hidden and kept", async () => {
    const { deps, idOf, read } = await openWith({ status: "succeeded" });
    await deleteTask(deps, ann, idOf(0));
    expect(await findTaskById(deps, ann, idOf(0))).toBeUndefined();
    expect(await read(idOf(0))).toMatchObject({ deleted: true, status: "succeeded" });
  });
});

describe("statistics", () => {
  const succeeded = (seconds: number, changes: Partial<TaskDocument> = {}): Partial<TaskDocument> => ({
    status: "succeeded",
    startedAt: "2026-01-01T00:00:00.000Z",
    completedAt: `2026-01-01T00:00:${String(seconds).padStart(2, "0")}.000Z`,
    usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: seconds },
    ...changes,
  });

  it("counts tasks by status", async () => {
    const { deps } = await openWith(...ofEachStatus, { status: "dead" });
    expect(await countTasksByStatus(deps, ann)).toMatchObject({ ready: 1, dead: 2, expired: 1 });
  });

  it("averages the time from start to success, of all, a type or a provider", async () => {
    const { deps } = await openWith(
      succeeded(2),
      succeeded(4),
      succeeded(12, { type: "embedding", queue: "second" }),
    );
    expect(await averageProcessingMs(deps, ann)).toBe(6_000);
    expect(await averageProcessingMs(deps, ann, { type: "chat" })).toBe(3_000);
    expect(await averageProcessingMs(deps, ann, { provider: "second" })).toBe(12_000);
    expect(await averageProcessingMs(deps, eve)).toBeUndefined();
  });

  it("tells how each provider does", async () => {
    const { deps } = await openWith(succeeded(2), succeeded(4), { status: "dead" }, { status: "ready" });
    expect(await statisticsByProvider(deps, ann)).toMatchObject([
      {
        provider: "main",
        byStatus: { succeeded: 2, dead: 1, ready: 1 },
        successRate: 2 / 3,
        averageMs: 3_000,
        averageTokens: 13,
      },
      { provider: "second", successRate: undefined, averageMs: undefined },
    ]);
  });
});

describe("dead letters as a repository", () => {
  it("moves a waiting task there, lists it, and replays it", async () => {
    const { deps, idOf, clock, events, read } = await openWith({}, { status: "running" });
    expect(await moveToDeadLetters(deps, ann, idOf(0))).toMatchObject({
      status: "dead",
      error: { code: "moved_to_dead_letters" },
    });
    await moveToDeadLetters(deps, ann, idOf(0));
    expect(events.map(({ type }) => type)).toEqual(["task.dead"]);
    await expect(moveToDeadLetters(deps, ann, idOf(1))).rejects.toMatchObject({ code: "conflict" });
    expect((await listDeadLetters(deps, ann, { limit: 10 })).found.map(({ id }) => id)).toEqual([idOf(0)]);
    await replayTask(deps, ann, idOf(0));
    await clock.advance(1_000);
    expect((await read(idOf(0))).status).toBe("succeeded");
  });
});
