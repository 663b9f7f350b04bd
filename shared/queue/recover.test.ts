import { describe, expect, it } from "vitest";
import type { Wakes } from "../platform/wakes.ts";
import { aChat, admin, ann, openTestConea } from "../tasks/conea.fixture.ts";
import { submitTask } from "../tasks/submit-task.ts";
import { aTask } from "../tasks/task.fixture.ts";
import { taskPath } from "../tasks/task-document.ts";
import { noneInFlight, withClaims } from "./in-flight.ts";
import { claimKey, emptyQueue, type QueueDocument, queuePath } from "./queue-document.ts";
import { recover } from "./recover.ts";

/** The wake service that lost everything: it says yes and forgets. */
const losing: Wakes = { slotMs: 0, ensure: async () => undefined };

const running = aTask({
  id: `task_${"b".repeat(26)}`,
  queue: "main",
  model: "m",
  status: "running",
  epoch: 1,
  attemptCount: 1,
  leaseUntil: "2026-01-01T00:00:20.000Z",
});

async function openDamaged() {
  const test = await openTestConea({ limits: { concurrency: 1 } });
  const breaker = {
    state: "open",
    failures: 0,
    successes: 0,
    openUntil: Date.parse("2027-01-01"),
    probes: {},
  };
  const inFlight = withClaims(noneInFlight, [claimKey(running)], test.clock.now() - 1_000);
  const data = { ...emptyQueue, breaker, inFlight };
  await test.conea.documents.commit([
    { op: "create", path: queuePath("main"), data },
    { op: "create", path: taskPath(running.id), data: running },
  ]);
  const readQueue = async () =>
    (await test.conea.documents.get<QueueDocument>(queuePath("main")))?.data ?? emptyQueue;
  return { ...test, readQueue };
}

describe("recover", () => {
  it("brings back a thousand tasks after the wake service lost everything", async () => {
    const test = await openTestConea({ limits: { requests: "6000/min" }, second: true });
    for (let index = 0; index < 1_000; index++) {
      const request = aChat(index % 4 === 0 ? { model: "n" } : {});
      await submitTask({ ...test.conea, wakes: losing }, ann, request);
    }
    await test.clock.advance(30_000);
    const count = (status: string) =>
      test.conea.documents.count({ collection: "tasks", where: [["status", "==", status]] });
    expect([await count("ready"), await count("succeeded")]).toEqual([1_000, 0]);
    const report = await recover(test.conea, admin);
    expect(report).toMatchObject({
      queues: [
        { id: "main", ready: 750 },
        { id: "second", ready: 250 },
      ],
      failed: 0,
    });
    await test.clock.advance(60_000);
    expect([await count("ready"), await count("succeeded")]).toEqual([0, 1_000]);
  });

  it("brings back what waited for its time when that had come and its wake was lost", async () => {
    const test = await openTestConea();
    const request = aChat({ notBefore: "2026-01-01T00:00:10Z" });
    const { task } = await submitTask({ ...test.conea, wakes: losing }, ann, request);
    await test.clock.advance(60_000);
    expect(await recover(test.conea, admin)).toMatchObject({ promoted: 1 });
    await test.clock.advance(1_000);
    expect((await test.read(task.id)).status).toBe("succeeded");
  });

  it("takes back a running task only once its lease has run out, unless told that no worker is alive", async () => {
    const { conea, read } = await openDamaged();
    expect(await recover(conea, admin)).toMatchObject({ returned: 0 });
    expect((await read(running.id)).status).toBe("running");
    expect(await recover(conea, admin, { orphans: true })).toMatchObject({ returned: 1 });
  });

  it("closes breakers and frees the places of claims that are over, and says so", async () => {
    const { conea, read, clock, readQueue } = await openDamaged();
    const { queues } = await recover(conea, admin, { orphans: true });
    expect(queues[0]).toMatchObject({ id: "main", breakerWas: "open", placesFreed: 1 });
    expect(await readQueue()).toMatchObject({ breaker: { state: "closed" }, inFlight: noneInFlight });
    await clock.advance(1_000);
    expect(await read(running.id)).toMatchObject({
      status: "succeeded",
      attempts: [{ outcome: "lost" }, {}],
    });
  });

  it("leaves a paused queue paused, and its retry-after and limits as they were", async () => {
    const { conea, readQueue, read, clock } = await openDamaged();
    const kept = { paused: true, retryAfterUntil: Date.parse("2026-06-01") };
    await conea.documents.commit([{ op: "update", path: queuePath("main"), fields: kept }]);
    expect((await recover(conea, admin, { orphans: true })).queues[0]).toMatchObject({ paused: true });
    expect(await readQueue()).toMatchObject(kept);
    await clock.advance(5_000);
    expect((await read(running.id)).status).toBe("ready");
  });

  it("may run again, and twice at once, and is an administrator's", async () => {
    const { conea, read, clock } = await openDamaged();
    const both = await Promise.all([
      recover(conea, admin, { orphans: true }),
      recover(conea, admin, { orphans: true }),
    ]);
    expect(both.reduce((sum, { returned }) => sum + returned, 0)).toBe(1);
    await clock.advance(1_000);
    expect(await recover(conea, admin, { orphans: true })).toMatchObject({ returned: 0 });
    expect(await read(running.id)).toMatchObject({ status: "succeeded", attemptsUsed: 2 });
    await expect(recover(conea, ann)).rejects.toMatchObject({ code: "forbidden" });
  });
});
