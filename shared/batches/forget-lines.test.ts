import { describe, expect, it } from "vitest";
import { notKept } from "../api/results.ts";
import { countingProvider } from "../cache/cache.fixture.ts";
import { settleAttempt } from "../tasks/settle-attempt.ts";
import { largestInline, taskFileKey } from "../tasks/stored-files.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { aLine, openBatches } from "./batches.fixture.ts";
import { cancelBatch } from "./cancel-batch.ts";
import { driveBatch } from "./drive-batch.ts";
import { type Fault, toMortal } from "./mortal-ports.fixture.ts";

const secret = "a-secret-nobody-may-keep";
const unstored = { isStored: false };
const lines = [
  aLine("a", `${secret} a`, "m", unstored),
  aLine("b"),
  aLine("c", `${secret} c`, "m", unstored),
];

async function open(options?: Parameters<typeof openBatches>[0]) {
  const at = await openBatches(options);
  const contentOf = async (id: string) => JSON.stringify(await at.tasksOf(id));
  /** Which of a task's large input and result are kept as files. */
  const filesOf = async (task: TaskDocument) => {
    const keys = ["input.json", "1-result.json"].map((name) => taskFileKey(task, name));
    return (await Promise.all(keys.map(at.deps.blobs.get))).map((found) => found !== undefined);
  };
  return { ...at, contentOf, filesOf };
}

describe("a line that is not to be stored", () => {
  it("is in the output file, and nowhere else once that is there", async () => {
    const at = await open();
    const { id } = await at.create(lines);
    const ended = await at.finish(id);
    const said = (await at.results(ended.outputFileId)).map(({ response }) => response?.body.said);
    expect(said).toEqual([`You said: ${secret} a`, "You said: b", `You said: ${secret} c`]);
    const tasks = await at.tasksOf(id);
    expect(JSON.stringify(tasks)).not.toContain(secret);
    expect(tasks.map(({ input, result }) => [input, result])).toEqual([
      [notKept, notKept],
      [
        expect.objectContaining({ messages: expect.anything() }),
        { finishReason: "stop", text: "You said: b" },
      ],
      [notKept, notKept],
    ]);
    expect(tasks.map(({ status, usage }) => [status, usage.outputTokens])).toEqual(
      lines.map(() => ["succeeded", 5]),
    );
    expect(JSON.stringify([at.events, at.lines])).not.toContain(secret);
    await at.close();
  });

  it("leaves no file either, nor the result of a worker that came back late", async () => {
    const at = await open({ retry: { attempts: 2 } });
    const large = `${secret} ${"x".repeat(largestInline)}`;
    const { id } = await at.create([aLine("a", large, "m", unstored), aLine("b", "x".repeat(largestInline))]);
    await at.drive(id);
    const [task, other] = await at.tasksOf(id);
    if (!task || !other) throw new Error("no task");
    expect(await at.contentOf(id)).not.toContain(secret);
    const result = { text: secret, finishReason: "stop" as const };
    const outcome = { kind: "succeeded" as const, result, usage: task.usage };
    const late = { task: { ...task, epoch: 7 }, fence: "2026-01-01T00:00:00.000000Z" };
    await settleAttempt(at.deps, late, outcome, { provider: "main", startedAt: 0 });
    while ((await at.tasksOf(id)).some(({ status }) => status !== "succeeded")) await at.clock.advance(100);
    for (const one of [task, other]) expect(await at.filesOf(one)).toEqual([true, true]);
    await at.finish(id);
    const kept = await at.deps.documents.get(`tasks/${task.id}/late/7`);
    expect(kept?.data).toMatchObject({ outcome: { kind: "succeeded", result: notKept } });
    expect(await at.filesOf(task)).toEqual([false, false]);
    expect(await at.filesOf(other)).toEqual([true, true]);
    await at.close();
  });

  it("is forgotten where the batch is cancelled", async () => {
    const at = await open({ limits: { requests: "1/hour" } });
    const { id } = await at.create(lines);
    await at.drive(id);
    await at.clock.advance(1_000);
    await cancelBatch(at.deps, { tenant: "acme", user: "ann", role: "user" }, id);
    expect(await at.finish(id)).toMatchObject({ stoppedBy: "cancelled", forgotten: 3 });
    expect(await at.contentOf(id)).not.toContain(secret);
    expect((await at.tasksOf(id)).map(({ status }) => status).sort()).toEqual([
      ...["cancelled", "cancelled", "succeeded"],
    ]);
    await at.close();
  });

  it("is forgotten however many there are", async () => {
    const at = await open();
    const many = Array.from({ length: 230 }, (_, n) => aLine(`${n}`, `${secret} ${n}`, "m", unstored));
    const { id } = await at.create(many);
    expect(await at.finish(id)).toMatchObject({ completed: 230, forgotten: 230 });
    expect(await at.contentOf(id)).not.toContain(secret);
    await at.close();
  });

  it("neither gives to the cache nor takes from it", async () => {
    const { provider, calls } = countingProvider();
    const at = await open({ provider });
    const cache = { mode: "read_write" as const, coalesce: false };
    const asked = { ...unstored, cache };
    for (const round of [1, 2]) {
      const { id } = await at.create([aLine("a", "Hi", "m", asked)]);
      expect(await at.finish(id)).toMatchObject({ completed: 1 });
      expect(calls.count).toBe(round);
    }
    expect(await at.deps.documents.count({ collection: "cache" })).toBe(0);
    await at.close();
  });

  it("costs a batch without such lines nothing", async () => {
    const at = await open();
    const { id } = await at.create([aLine("a"), aLine("b")]);
    const ended = await at.finish(id);
    expect(ended).not.toHaveProperty("hasUnstored");
    expect(ended).not.toHaveProperty("forgotten");
    await at.close();
  });

  const faults = Array.from({ length: 12 }, (_, at) => at + 1).flatMap((at) =>
    (["before", "after", "refused", "lost"] as const).map((what): Fault => ({ at, what })),
  );
  it("is written and forgotten whatever befalls who writes it", async () => {
    const met = new Set<string>();
    for (const fault of faults) {
      const at = await open();
      const { id } = await at.create(lines);
      await at.drive(id);
      await at.clock.advance(1_000);
      // All lines have ended: what is left is to write and to forget them.
      const mortal = toMortal(at.deps, fault);
      let outcome: string | undefined;
      void Promise.race([driveBatch(mortal.deps, id, Number.POSITIVE_INFINITY), mortal.died]).then(
        (driven) => {
          outcome = driven ?? "died";
        },
        () => {
          outcome = "failed";
        },
      );
      while (outcome === undefined) await at.clock.advance(10);
      met.add(outcome);
      const ended = await at.finish(id);
      expect([fault, await at.contentOf(id)]).toEqual([fault, expect.not.stringContaining(secret)]);
      expect(await at.results(ended.outputFileId)).toHaveLength(3);
      await at.close();
    }
    expect([...met].sort()).toEqual(["died", "ended", "failed"]);
  });
});
