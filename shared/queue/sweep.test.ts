import { describe, expect, it } from "vitest";
import type { Wake } from "../platform/wakes.ts";
import { aChat, openTestConea } from "../tasks/conea.fixture.ts";
import { aTask } from "../tasks/task.fixture.ts";
import { taskPath } from "../tasks/task-document.ts";
import { sweep } from "./sweep.ts";

const running = (id: string, leaseUntil: string, attemptsUsed = 0) =>
  aTask({
    id: `task_${id.repeat(26)}`,
    queue: "main",
    model: "m",
    status: "running",
    epoch: attemptsUsed + 1,
    attemptCount: attemptsUsed + 1,
    attemptsUsed,
    leaseUntil,
  });

async function openWith(...tasks: ReturnType<typeof aTask>[]) {
  const test = await openTestConea();
  await test.conea.documents.commit(tasks.map((data) => ({ op: "create", path: taskPath(data.id), data })));
  return test;
}

describe("sweep", () => {
  it("wakes a queue in whose line somebody stands, and leaves an idle one asleep", async () => {
    const { conea, read, clock } = await openWith(aTask({ queue: "main", model: "m" }));
    const woken: string[] = [];
    const wakes = { ...conea.wakes, ensure: async ({ queue }: Wake) => void woken.push(queue) };
    await sweep({ ...conea, wakes });
    expect(woken).toEqual(["main"]);
    await sweep(conea);
    await clock.advance(1_000);
    expect((await read(aTask().id)).status).toBe("succeeded");
    await sweep({ ...conea, wakes });
    expect(woken).toEqual(["main"]);
    await sweep({ ...conea, wakes }, { wakeAll: true });
    expect(woken).toEqual(["main", "main"]);
  });

  it("takes back a task whose lease ran out, and it runs again", async () => {
    const lost = running("a", "2025-12-31T23:59:59.000Z");
    const { conea, read, clock } = await openWith(lost);
    expect(await sweep(conea)).toMatchObject({ lost: 1 });
    await clock.advance(1_000);
    expect(await read(lost.id)).toMatchObject({
      status: "succeeded",
      attempts: [
        { n: 1, outcome: "lost", error: { code: "worker_lost" } },
        { n: 2, outcome: "succeeded" },
      ],
    });
  });

  it("leaves a task alone whose lease still holds, unless nobody can be running it", async () => {
    const held = running("b", "2026-01-01T00:00:20.000Z");
    const { conea, read } = await openWith(held);
    expect(await sweep(conea)).toMatchObject({ lost: 0 });
    expect((await read(held.id)).status).toBe("running");
    expect(await sweep(conea, { orphans: true })).toMatchObject({ lost: 1 });
  });

  it("ends a task that has lost its last attempt as dead", async () => {
    const { conea, read, events } = await openWith(running("c", "2025-12-31T00:00:00.000Z", 2));
    await sweep(conea);
    expect((await read(`task_${"c".repeat(26)}`)).status).toBe("dead");
    expect(events.map(({ type }) => type)).toEqual(["task.dead"]);
  });

  it("expires what was not started in time, whether it was in line or scheduled", async () => {
    const expiresAt = "2025-12-31T23:59:00.000Z";
    const ready = aTask({ id: `task_${"d".repeat(26)}`, queue: "other", expiresAt });
    const scheduled = aTask({
      id: `task_${"e".repeat(26)}`,
      queue: "other",
      status: "scheduled",
      notBefore: "2027-01-01T00:00:00.000Z",
      expiresAt,
    });
    const { conea, read, events } = await openWith(ready, scheduled);
    expect(await sweep(conea)).toMatchObject({ expired: 2 });
    expect([(await read(ready.id)).status, (await read(scheduled.id)).status]).toEqual([
      "expired",
      "expired",
    ]);
    expect(events.map(({ type }) => type)).toEqual(["task.expired", "task.expired"]);
  });

  it("replaces lost wakes: what waits is run, what is due is promoted", async () => {
    const ready = aTask({ id: `task_${"f".repeat(26)}`, queue: "main", model: "m" });
    const due = aTask({
      id: `task_${"g".repeat(26)}`,
      queue: "main",
      model: "m",
      status: "scheduled",
      notBefore: "2025-12-31T00:00:00.000Z",
    });
    const { conea, read, clock } = await openWith(ready, due);
    expect(await sweep(conea)).toMatchObject({ promoted: 1, failed: 0 });
    await clock.advance(1_000);
    expect([(await read(ready.id)).status, (await read(due.id)).status]).toEqual(["succeeded", "succeeded"]);
  });

  it("may run twice at once", async () => {
    const tasks = ["h", "i", "j", "k"].map((id) => running(id, "2025-12-31T00:00:00.000Z"));
    const { conea, read, clock } = await openWith(...tasks);
    const reports = await Promise.all([sweep(conea), sweep(conea), sweep(conea)]);
    expect(reports.reduce((sum, { lost }) => sum + lost, 0)).toBe(4);
    await clock.advance(1_000);
    for (const { id } of tasks)
      expect(await read(id)).toMatchObject({ status: "succeeded", attemptsUsed: 2 });
  });

  it("works through more tasks than a page holds", async () => {
    const test = await openTestConea();
    for (let index = 0; index < 250; index++) {
      await test.submit(aChat({ expiresInSeconds: 60, notBefore: "2026-02-01T00:00:00Z" }));
    }
    await test.clock.advance(120_000);
    expect(await sweep(test.conea)).toMatchObject({ expired: 250 });
  });
});

describe("claiming", () => {
  it("expires a task that is too old when its turn comes, and tells of it", async () => {
    const test = await openTestConea({ limits: { requests: "1/hour" } });
    await test.submit();
    const { task } = await test.submit(aChat({ expiresInSeconds: 60 }));
    await test.clock.advance(2 * 3_600_000);
    expect((await test.read(task.id)).status).toBe("expired");
    expect(test.events.at(-1)).toMatchObject({ type: "task.expired", task: { id: task.id } });
  });
});
