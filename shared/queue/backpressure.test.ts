import { describe, expect, it } from "vitest";
import { ConeaConfig } from "../config/conea-config.ts";
import { createLog, type LogLine } from "../core/log.ts";
import { countDocuments } from "../platform/count-documents.ts";
import type { Write } from "../platform/documents.ts";
import { openEmbeddedDocuments } from "../platform/embedded/documents.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import { aTask } from "../tasks/task.fixture.ts";
import { taskPath } from "../tasks/task-document.ts";
import { type Admitted, createBackpressure } from "./backpressure.ts";
import { tryCommit } from "./try-commit.ts";

/** A process's backpressure over a line of its own, which others can fill too. */
async function openLine(queue: object, requests = "60/min") {
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00.000Z"));
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line));
  const embedded = await openEmbeddedDocuments({ clock, log });
  const { documents, counts } = countDocuments(embedded.documents);
  const config = ConeaConfig.parse({
    providers: { main: { kind: "openai", apiKey: "secret:KEY", limits: { requests } } },
    queue,
  });
  let made = 0;
  const add = async (guards: Write[] = []): Promise<Admitted> => {
    const id = `task_${String(made++)
      .padStart(26, "a")
      .replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "")}`;
    const task: Write = { op: "create", path: taskPath(id), data: aTask({ id, queue: "main" }) };
    return (await tryCommit(documents, task, ...guards)) ? "added" : "overtaken";
  };
  const deps = { documents, clock, log, config, random: () => 0 };
  const newProcess = () => createBackpressure(deps);
  const reads = () => counts.get("tasks")?.reads ?? 0;
  const count = () => embedded.documents.count({ collection: "tasks" });
  const line = newProcess();
  const admit = () => line.admit("main", add);
  const results = async (times: number, run = admit) =>
    (await Promise.allSettled(Array.from({ length: times }, run))).filter(
      ({ status }) => status === "fulfilled",
    ).length;
  return { clock, documents, lines, add, admit, newProcess, reads, count, results };
}

describe("soft backpressure", () => {
  it("costs no reads while the process has accepted less than a hundredth of the limit", async () => {
    const { results, reads } = await openLine({ maxReady: 10_000 });
    expect(await results(100)).toBe(100);
    expect(reads()).toBe(0);
  });

  it("counts once in five seconds after that, whatever comes", async () => {
    const { results, reads, clock } = await openLine({ maxReady: 1_000 });
    for (let second = 0; second < 10; second++) {
      await results(20);
      await clock.advance(1_000);
    }
    expect(reads()).toBeGreaterThanOrEqual(1);
    expect(reads()).toBeLessThanOrEqual(3);
  });

  it("adds what the process has accepted since the count, also of many at once", async () => {
    const { results, clock } = await openLine({ maxReady: 200 });
    expect(await results(500)).toBe(200);
    await clock.advance(6_000);
    expect(await results(500)).toBe(0);
  });

  it("outgrows the limit by no more than a hundredth for each further process", async () => {
    const { results, newProcess, add, count } = await openLine({ maxReady: 200 });
    await results(300);
    for (let index = 0; index < 5; index++) {
      const other = newProcess();
      await results(1, () => other.admit("main", add));
      await results(20, () => other.admit("main", add));
    }
    expect(await count()).toBeLessThanOrEqual(200 + 5 * 2);
  });

  it("believes for no longer than a second that a line is full which only it has filled", async () => {
    const { results, clock, documents } = await openLine({ maxReady: 100 });
    expect(await results(101)).toBe(100);
    const tasks = await documents.query({ collection: "tasks" });
    await documents.commit(tasks.map(({ path }) => ({ op: "delete", path })));
    expect(await results(1)).toBe(0);
    await clock.advance(1_000);
    expect(await results(1)).toBe(1);
  });

  it("does not count what was not added", async () => {
    const { newProcess, results } = await openLine({ maxReady: 5 });
    const line = newProcess();
    expect(await results(50, () => line.admit("main", async () => "not needed"))).toBeGreaterThanOrEqual(5);
    expect(await results(50, () => line.admit("main", () => Promise.reject(new Error("down"))))).toBe(0);
    expect(await line.admit("main", async () => "added")).toBe("added");
  });

  it("accepts by what it knows when the line cannot be counted", async () => {
    const { admit, documents, lines } = await openLine({ maxReady: 10 });
    documents.count = () => Promise.reject(new Error("down"));
    expect(await admit()).toBe("added");
    expect(await admit()).toBe("added");
    expect(lines.map(({ sentence }) => sentence)).toContain("a line could not be counted");
  });

  it("asks to wait as long as the rate needs for what is too much", async () => {
    const { newProcess, add, results } = await openLine({ maxReady: 10 }, "60/hour");
    await results(10);
    for (let index = 0; index < 5; index++) await add();
    const line = newProcess();
    await line.admit("main", add);
    await expect(line.admit("main", add)).rejects.toMatchObject({
      code: "queue_full",
      headers: { "Retry-After": String(Math.ceil(7 * (3_601 / 60))) },
    });
  });
});

describe("strict backpressure", () => {
  it("lets no process outgrow the limit, however many submit at once", async () => {
    const { results, count, newProcess, add } = await openLine({ maxReady: 7, strict: true });
    expect(await results(50)).toBe(7);
    const other = newProcess();
    expect(await results(10, () => other.admit("main", add))).toBe(0);
    expect(await count()).toBe(7);
  });

  it("holds for processes that submit at the same moment", async () => {
    const { clock, count, newProcess, add } = await openLine({ maxReady: 7, strict: true });
    const processes = Array.from({ length: 5 }, newProcess);
    const all = Promise.allSettled(
      Array.from({ length: 10 }, () => processes.map((line) => line.admit("main", add))).flat(),
    );
    await clock.runUntilIdle();
    const results = await all;
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(7);
    expect(await count()).toBe(7);
  });

  it("asks to come again where others overtake it for ever", async () => {
    const { clock, count, newProcess } = await openLine({ maxReady: 7, strict: true });
    const refused = expect(newProcess().admit("main", async () => "overtaken")).rejects.toMatchObject({
      code: "unavailable",
      headers: { "Retry-After": "1" },
    });
    await clock.runUntilIdle();
    await refused;
    expect(await count()).toBe(0);
  });

  it("goes on after a submission that failed", async () => {
    const { admit, newProcess } = await openLine({ maxReady: 7, strict: true });
    const line = newProcess();
    await expect(line.admit("main", () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(await line.admit("main", async () => "added")).toBe("added");
    expect(await admit()).toBe("added");
  });
});

describe.each([false, true])("many tasks at once (strict: %s)", (strict) => {
  it("are let in together or not at all, and count as many", async () => {
    const { add, newProcess } = await openLine({ maxReady: 10, strict });
    const line = newProcess();
    const addMany = (amount: number) => async (guards: Write[]) => {
      for (let count = 1; count < amount; count++) await add();
      return add(guards);
    };
    expect(await line.admit("main", addMany(8), { amount: 8 })).toBe("added");
    await expect(line.admit("main", addMany(3), { amount: 3 })).rejects.toMatchObject({ code: "queue_full" });
    expect(await line.admit("main", addMany(2), { amount: 2 })).toBe("added");
    await expect(line.admit("main", add)).rejects.toMatchObject({ code: "queue_full" });
  });

  it("leave the rest of the line to others where they may only fill a share of it", async () => {
    const { add, newProcess } = await openLine({ maxReady: 10, strict });
    const line = newProcess();
    const half = { share: 0.5 };
    for (let count = 0; count < 5; count++) await line.admit("main", add, half);
    await expect(line.admit("main", add, half)).rejects.toMatchObject({ code: "queue_full" });
    for (let count = 0; count < 5; count++) expect(await line.admit("main", add)).toBe("added");
  });
});
