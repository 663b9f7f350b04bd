import { expect, it, vi } from "vitest";
import { totalCounts } from "../platform/count-documents.ts";
import { aChat, ann, openTestConea } from "./conea.fixture.ts";
import { answer, kindsOf, openNoting } from "./runner.fixture.ts";
import type { SubmitOptions } from "./submit-task.ts";

function ask(text: string, priority = 5) {
  return aChat({ input: { messages: [{ role: "user", content: text }] }, priority });
}

async function open(limits: object = { requests: "1000/min" }) {
  const test = await openNoting({ limits });
  const { conea, clock, submit, counts } = test;
  const submitAndRun = async (text: string, priority?: number, options: SubmitOptions = {}) => {
    const start = conea.runner.openStart();
    const asked = { startsHere: true, keepStarted: start.keep, ...options };
    const { task } = await submit(ask(text, priority), ann, asked);
    return { task, run: () => start.run(task) };
  };
  await submit(ask("first"));
  await clock.advance(1_000);
  test.starts.length = 0;
  counts.clear();
  return { ...test, submitAndRun };
}

it("keeps and claims with one commit what is next in its line: two reads and three writes in all", async () => {
  const { submitAndRun, read, clock, starts, counts, close } = await open();
  const { task, run } = await submitAndRun("a");
  expect([task.status, task.attemptCount, (await read(task.id)).status]).toEqual(["running", 1, "running"]);
  await run();
  await clock.advance(1_000);
  expect(starts.map(({ text }) => text)).toEqual(["a"]);
  expect((await read(task.id)).status).toBe("succeeded");
  expect(totalCounts(counts)).toMatchObject({ reads: 2, writes: 3 });
  await close();
});

it("tells of its acceptance, its start and its end, each once and in order", async () => {
  const { submitAndRun, clock, events, close } = await open();
  const { task, run } = await submitAndRun("a");
  await run();
  await clock.advance(120_000);
  const own = events.filter((event) => event.task.id === task.id);
  expect(kindsOf(own)).toEqual(["1 task.accepted", "2 task.started", "3 task.succeeded"]);
  expect(own).toHaveLength(3);
  await close();
});

it("keeps what comes at the same time together, in its order", async () => {
  const { submitAndRun, clock, starts, counts, close } = await open();
  const all = Promise.all([
    submitAndRun("a"),
    submitAndRun("worse", 6),
    submitAndRun("b"),
    submitAndRun("c"),
  ]);
  await clock.advance(0);
  for (const { run } of await all) await run();
  await clock.advance(1_000);
  expect(starts.map(({ text }) => text).sort()).toEqual(["a", "b", "c", "worse"]);
  // Each is kept and settled; of the queue's document there is one write for the first, and one for the others.
  expect(totalCounts(counts).writes).toBe(4 + 4 + 2);
  await close();
});

it("overtakes none that waits, and is started after it", async () => {
  const { submit, submitAndRun, clock, starts, close } = await open();
  await submit(ask("waits"), ann, { startsHere: true });
  const { task, run } = await submitAndRun("late");
  expect(task.status).toBe("ready");
  await run();
  await clock.advance(1_000);
  expect(starts.map(({ text }) => text)).toEqual(["waits", "late"]);
  await close();
});

it("goes before what waits with a worse priority", async () => {
  const { submit, submitAndRun, clock, starts, close } = await open();
  await submit(ask("worse", 6), ann, { startsHere: true });
  const { task, run } = await submitAndRun("better");
  expect(task.status).toBe("running");
  await run();
  await clock.advance(1_000);
  expect(starts[0]?.text).toBe("better");
  await close();
});

it("is kept in line where there is no permit, and runs once there is one", async () => {
  const { submitAndRun, clock, starts, close } = await open({ requests: "1/min" });
  const { task, run } = await submitAndRun("a");
  expect(task.status).toBe("ready");
  await run();
  await clock.advance(50_000);
  expect(starts).toEqual([]);
  await clock.advance(60_000);
  expect(starts.map(({ text }) => text)).toEqual(["a"]);
  await close();
});

it("makes one task for an Idempotency-Key, and runs it once", async () => {
  const { submitAndRun, clock, starts, close } = await open();
  const asked = [1, 2].map(() => submitAndRun("a", 5, { idempotencyKey: "k" }));
  const [one, two] = await Promise.all(asked);
  expect(one?.task.id).toBe(two?.task.id);
  await Promise.all([one?.run(), two?.run(), clock.advance(0)]);
  await clock.advance(1_000);
  expect(starts.map(({ text }) => text)).toEqual(["a"]);
  await close();
});

it("writes the last piece of a stream with its end: a page and three writes, in three commits", async () => {
  const { conea, submit, clock, close } = await openTestConea({
    provider: {
      async chat({ onText }) {
        onText?.("a first ");
        await Promise.resolve();
        onText?.("and a last");
        return { ...answer, result: { text: "a first and a last", finishReason: "stop" } };
      },
    },
  });
  await submit(aChat());
  await clock.advance(1_000);
  const commits: string[] = [];
  const { commit } = conea.documents;
  conea.documents.commit = (writes) => {
    commits.push(writes.map(({ op, path }) => `${op} ${path.replace(/task_\w+/, "t")}`).join(", "));
    return commit(writes);
  };
  const start = conea.runner.openStart();
  const asked = { startsHere: true, keepStarted: start.keep };
  await start.run((await submit(aChat({ stream: true }), ann, asked)).task);
  await clock.advance(1_000);
  expect(commits).toEqual([
    "set queues/main, create tasks/t",
    "create tasks/t/output/0001-000000",
    "update tasks/t, create tasks/t/output/0001-000001",
  ]);
  await close();
});

it("gives nothing back of what was reserved where nobody knows whether it was kept", async () => {
  const { conea, submit, clock, close } = await openTestConea({
    allowances: { tenant: { activeTasks: 100 } },
  });
  const giveBack = vi.spyOn(conea.allowances, "giveBack");
  const leave = vi.spyOn(conea.allowances, "leave");
  const keepStarted = () => Promise.reject(new Error("no answer"));
  const { task } = await submit(aChat(), ann, { startsHere: true, keepStarted });
  expect([task.status, giveBack.mock.calls.length, leave.mock.calls.length]).toEqual(["ready", 0, 1]);
  await clock.advance(1_000);
  await close();
});
