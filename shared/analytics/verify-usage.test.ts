import { describe, expect, it } from "vitest";
import type { Query } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { cancelTask } from "../tasks/change-task.ts";
import { aChat, ann, openTestConea } from "../tasks/conea.fixture.ts";
import { aProvider, stalls } from "../tasks/rescue.fixture.ts";
import { aTask } from "../tasks/task.fixture.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { recentEventsOf, withEvent } from "../tasks/task-events.ts";
import { repairUsage } from "./repair-usage.ts";
import { rollUp } from "./roll-up.ts";
import { type RollupDocument, rollupsCollection } from "./rollup-document.ts";
import { usageShards } from "./usage-shards.ts";
import { createUsageWriter } from "./usage-writer.ts";
import { verifyUsage } from "./verify-usage.ts";

const range = { from: "2026-01-01T00:00:00.000Z", to: "2026-01-01T01:00:00.000Z" };
const at = "2026-01-01T00:00:10.000Z";
const attempt = {
  ...{ n: 1, provider: "main", model: "m", outcome: "cancelled" as const, costMicros: 5 },
  ...{ startedAt: at, endedAt: at },
};
const accepted = aTask({ queue: "main", model: "m", createdAt: at });

async function open(task: TaskDocument) {
  const { conea, clock } = await openTestConea();
  const writer = createUsageWriter({ ...conea, shards: usageShards.embedded });
  await conea.documents.commit([{ op: "create", path: taskPath(task.id), data: task }]);
  const count = async (told: TaskDocument) => {
    for (const event of recentEventsOf(told)) writer.note(event);
    await writer.flush();
  };
  const repair = async (force = false) => {
    await clock.advance(7_200_000);
    return repairUsage(conea, range, { shards: usageShards.embedded, force });
  };
  return { conea, clock, count, repair };
}

const told = { ...accepted, ...withEvent(accepted, "task.accepted", at) };

describe("what the store cannot show any more", () => {
  it("is named, and left alone unless it is forced", async () => {
    const forgetful = {
      ...told,
      ...withEvent({ ...told, recentEvents: [] }, "task.cancelled", at),
    };
    const { count, repair, conea } = await open({ ...forgetful, status: "cancelled", completedAt: at });
    await count(told);
    const { differences, expected } = await verifyUsage(conea, range);
    expect(differences.find(({ name }) => name === "accepted")).toMatchObject({
      ...{ rollup: 1, store: 0, isUncertain: true },
    });
    expect([...expected.notShown]).toEqual([[range.from, told.id]]);
    expect([...(await repair()).left.values()]).toEqual([
      "a task no longer remembers all that was told of it",
    ]);
    expect((await repair(true)).hours).toEqual([range.from]);
    expect((await verifyUsage(conea, range)).differences).toEqual([]);
  });

  it("is left alone where more was counted than any task tells of", async () => {
    const { count, repair } = await open(told);
    await count(told);
    await count({ ...told, id: `task_${"b".repeat(26)}` });
    expect([...(await repair()).left.values()]).toEqual([
      "1 events were counted of which the store has nothing",
    ]);
  });

  it("is counted as untold where an attempt was noted and no event tells of it", async () => {
    const cancelled = { ...told, ...withEvent(told, "task.cancelled", at), status: "cancelled" as const };
    const { conea, count } = await open({ ...cancelled, completedAt: at, attempts: [attempt] });
    await count(cancelled);
    const { differences, expected } = await verifyUsage(conea, range);
    expect(differences).toEqual([]);
    expect(expected.untold).toEqual({ attempts: 1, micros: 5 });
  });
});

describe("a call that a cancel cut", () => {
  it("is not missed where it cost nothing and was not noted, and the next is number two", async () => {
    const attempts = [{ ...attempt, n: 2, outcome: "succeeded" as const }];
    const events = withEvent({ ...told, attempts }, "task.succeeded", at);
    const { conea, count } = await open({
      ...{ ...told, ...events, attempts },
      ...{ status: "succeeded", completedAt: at },
    });
    await count({ ...told, ...events, attempts, status: "succeeded" });
    const { differences, expected } = await verifyUsage(conea, range);
    expect(differences).toEqual([]);
    expect([...expected.notShown]).toEqual([]);
  });

  it("is in the rollups as it is in the store", async () => {
    const price = { inputMicros: 1_000_000_000, cachedInputMicros: 0, outputMicros: 10_000_000_000 };
    const { provider } = aProvider(stalls("123456"));
    const { conea, clock, submit, read, events } = await openTestConea({ provider, model: { price } });
    const { task } = await submit(aChat({ model: "m", stream: true }));
    await clock.advance(10);
    await cancelTask({ ...conea, abort: conea.runner.abort }, ann, task.id);
    await clock.advance(10);
    const writer = createUsageWriter({ ...conea, shards: usageShards.embedded });
    for (const event of events) writer.note(event);
    await writer.flush();
    await rollUp(conea);
    const { differences, expected } = await verifyUsage(conea, range);
    expect(differences).toEqual([]);
    expect(expected.untold).toEqual({ attempts: 0, micros: 0 });
    const { cost } = await read(task.id);
    expect(cost.micros).toBeGreaterThan(20_000);
    expect(await sumCosts(conea)).toBe(cost.micros);
  });
});

/** What all hours say that calls have cost. */
async function sumCosts({ documents }: Pick<Platform, "documents">): Promise<number> {
  const where: Query["where"] = [["period", "==", "hour"]];
  const hours = await documents.query<RollupDocument>({ collection: rollupsCollection, where });
  const costs = hours.flatMap(({ data }) => data.cells.map(({ counts }) => counts.costMicros ?? 0));
  return costs.reduce((sum, micros) => sum + micros, 0);
}

describe("a repair", () => {
  it("counts tasks that were deleted", async () => {
    const { repair, conea } = await open({ ...told, deleted: true });
    expect((await repair()).hours).toEqual([range.from]);
    expect((await verifyUsage(conea, range)).differences).toEqual([]);
  });

  it("does not undo what arrives while it reads the store", async () => {
    const { conea, clock, count } = await open(told);
    await clock.advance(7_200_000);
    const late = { ...told, id: `task_${"c".repeat(26)}` };
    const query = conea.documents.query;
    let isLate = false;
    const documents: typeof conea.documents = {
      ...conea.documents,
      async query(asked) {
        if (asked.collection === "tasks" && !isLate) {
          isLate = true;
          await count(late);
        }
        return query(asked) as never;
      },
    };
    await count(told).then(() => count({ ...told, id: `task_${"d".repeat(26)}` }));
    const { left } = await repairUsage({ ...conea, documents }, range, { shards: 1, force: true });
    expect([...left.values()]).toEqual(["events arrived meanwhile: repair it again"]);
  });

  it("refuses a range that is not over", async () => {
    const { conea } = await open(told);
    await expect(repairUsage(conea, range, { shards: 1 })).rejects.toThrow("can be repaired");
  });
});
