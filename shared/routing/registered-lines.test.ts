import { describe, expect, it } from "vitest";
import { describeQueue } from "../queue/describe-queue.ts";
import { pauseQueue } from "../queue/pause-queue.ts";
import { resumeQueue } from "../queue/resume-queue.ts";
import { cancelTask } from "../tasks/change-task.ts";
import { admin } from "../tasks/conea.fixture.ts";
import { replayTask } from "../tasks/replay-task.ts";
import { createCatalogue } from "./catalogue.ts";
import { forgetLines } from "./forget-lines.ts";
import { openTwo } from "./two-processes.fixture.ts";

const slow = { limits: { requests: "1/min" } };
const line = "main-new";

describe("the line of a registered model with limits", () => {
  it("keeps the model's limits and leaves its provider's line alone", async () => {
    const { register, submit, clock, calls, read } = await openTwo();
    await register(0, "new", { limits: { requests: "2/min" } });
    const tasks = [];
    for (const prompt of ["a", "b", "c"]) tasks.push(await submit(0, "new", prompt));
    const other = await submit(0, "m", "other");
    await clock.advance(5_000);
    expect(tasks.map(({ queue }) => queue)).toEqual([line, line, line]);
    expect(calls.map(({ prompt }) => prompt).toSorted()).toEqual(["a", "b", "other"]);
    expect((await read(other.id)).queue).toBe("main");
    await clock.advance(60_000);
    expect(calls.slice(-1)).toMatchObject([{ account: "main", name: "vendor-of-main", prompt: "c" }]);
  });

  it("has its wakes come by its provider's way, and named for itself", async () => {
    const { register, submit, clock, wakes } = await openTwo();
    await register(0, "new", slow);
    await register(0, "newer", slow);
    for (const model of ["new", "newer", "m"]) await submit(0, model);
    await clock.advance(1_000);
    const ways = wakes.map(({ queue, through }) => `${queue} through ${through ?? "its own"}`);
    expect(new Set(ways)).toEqual(
      new Set(["main-new through main", "main-newer through main", "main through its own"]),
    );
  });

  it("is known to a worker that has looked at the catalogue just before the model was registered", async () => {
    const { at, register, submit, clock, read, wakeOnly } = await openTwo();
    wakeOnly(1);
    await at(1).catalogue.read();
    await register(0, "new", slow);
    const { id } = await submit(0, "new");
    await clock.advance(1_000);
    expect(await read(id)).toMatchObject({ status: "succeeded", queue: line });
  });

  it("is asked for again where a look at the catalogue fails", async () => {
    const { at } = await openTwo();
    const get = () => Promise.reject(new Error("down"));
    const catalogue = createCatalogue({ ...at(1), documents: { ...at(1).documents, get } });
    await expect(catalogue.knowsQueue(line)).rejects.toThrow("could not be read");
    expect(await catalogue.knowsQueue("main")).toBe(true);
  });

  it("takes changed limits within a minute, whoever runs it", async () => {
    const { register, replace, submit, clock, calls } = await openTwo();
    await register(0, "new", slow);
    for (let n = 0; n < 30; n++) await submit(0, "new", `${n}`);
    await clock.advance(5_000);
    expect(calls).toHaveLength(1);
    await replace(1, "new", { limits: { requests: "600/min" } });
    await clock.advance(70_000);
    expect(calls).toHaveLength(30);
  });

  it.each([
    ["its limits are taken away", {}],
    ["it goes to another provider", { provider: "second", ...slow }],
  ])("is worked off as it was when %s", async (_, entry) => {
    const { register, replace, submit, clock, calls, read } = await openTwo();
    await register(0, "new", slow);
    const waiting = [await submit(0, "new", "a"), await submit(0, "new", "b")];
    await clock.advance(1_000);
    await replace(1, "new", entry);
    const after = await submit(1, "new", "after");
    expect(after.queue).not.toBe(line);
    await clock.advance(120_000);
    for (const { id } of [...waiting, after]) expect((await read(id)).status).toBe("succeeded");
    const old = calls.filter(({ prompt }) => prompt !== "after");
    expect(old).toMatchObject([
      { account: "main", name: "vendor-of-main", prompt: "a" },
      { account: "main", name: "vendor-of-main", prompt: "b" },
    ]);
  });

  it("is worked off as it was when the model is deleted, by the sweep alone if need be", async () => {
    const { register, remove, submit, clock, calls, read, wakeOnly, sweep, at } = await openTwo();
    wakeOnly(0);
    await register(0, "new", slow);
    const tasks = [await submit(0, "new", "a"), await submit(0, "new", "b")];
    await pauseQueue(at(0), admin, line);
    await clock.advance(1_000);
    await remove(0, "new");
    await expect(submit(0, "new")).rejects.toThrow("There is no model");
    await resumeQueue({ ...at(0), wakes: { slotMs: 250, ensure: async () => {} } }, admin, line);
    wakeOnly(1);
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(60_000);
      await sweep(1);
    }
    await clock.advance(1_000);
    for (const { id } of tasks) expect((await read(id)).status).toBe("succeeded");
    expect(calls.map(({ name }) => name)).toEqual(["vendor-of-main", "vendor-of-main"]);
  });

  it("shows to operators whose it is, and since when it is retired", async () => {
    const { at, register, remove } = await openTwo();
    await register(0, "new", slow);
    await at(0).catalogue.read();
    expect(await describeQueue(at(0), line)).toMatchObject({ account: "main", limits: [{ rate: "1/min" }] });
    await remove(0, "new");
    await at(0).catalogue.read();
    expect(await describeQueue(at(0), line)).toMatchObject({ retiredAt: "2026-01-01T00:00:00.000Z" });
    expect(await describeQueue(at(0), "main")).not.toHaveProperty("account");
  });

  it("is the same again when the model comes back, with those who wait in it", async () => {
    const { at, register, remove, submit, clock, read } = await openTwo();
    await register(0, "new", slow);
    const tasks = [await submit(0, "new"), await submit(0, "new")];
    await remove(0, "new");
    await register(0, "new", { limits: { requests: "60/min" } });
    await clock.advance(90_000);
    for (const { id } of tasks) expect((await read(id)).status).toBe("succeeded");
    expect(await at(0).catalogue.takesTasks(line)).toBe(true);
    expect(await describeQueue(at(0), line)).not.toHaveProperty("retiredAt");
  });

  it("is where a task goes whose first candidate fails, also from a process that has not heard of it", async () => {
    const failing = { chat: () => Promise.reject(new Error("connection")) };
    const { register, submit, clock, read, wakeOnly, at } = await openTwo({
      chat: async ({ model, input }) => {
        if (model === "vendor-m") return failing.chat();
        return { result: { text: String(input.messages.length), finishReason: "stop" }, usage };
      },
    });
    await at(1).catalogue.read();
    await register(0, "new", slow);
    wakeOnly(1);
    const { id } = await submit(0, "m", "Hello", { route: { fallbacks: ["new"] } });
    await clock.advance(30_000);
    expect(await read(id)).toMatchObject({ status: "succeeded", model: "new", queue: line });
  });

  it("takes no task from elsewhere a day after it was retired", async () => {
    const { register, remove, submit, clock, read, at } = await openTwo({
      chat: () => Promise.reject(new Error("connection")),
    });
    await register(0, "new", slow);
    const held = { route: { fallbacks: ["new"] }, notBefore: "2026-01-03T00:00:00Z" };
    const { id } = await submit(0, "m", "Hello", held);
    await remove(0, "new");
    await clock.advance(86_400_000 - 60_000);
    expect(await at(1).catalogue.takesTasks(line)).toBe(true);
    await clock.advance(2 * 86_400_000);
    expect(await at(1).catalogue.takesTasks(line)).toBe(false);
    const { status, attempts } = await read(id);
    expect(status).toMatch(/^(failed|dead)$/);
    expect(new Set(attempts.map(({ provider }) => provider))).toEqual(new Set(["main"]));
    await replayTask(at(1), admin, id);
    expect((await read(id)).route).toBeUndefined();
  });
});

describe("a retired line", () => {
  const month = 31 * 86_400_000;

  it("is forgotten after thirty days in which nobody is in it, and not before", async () => {
    const { at, register, remove, submit, clock } = await openTwo();
    await register(0, "new", slow);
    const later = { notBefore: "2026-03-01T00:00:00Z" };
    const { id } = await submit(0, "new", "Hello", later);
    await remove(0, "new");
    await clock.advance(29 * 86_400_000);
    expect(await forgetLines(at(1))).toBe(0);
    await clock.advance(2 * 86_400_000);
    expect(await forgetLines(at(1))).toBe(0);
    await cancelTask({ ...at(0), abort: at(0).runner.abort }, admin, id);
    expect(await forgetLines(at(1))).toBe(1);
    expect(
      await at(0)
        .catalogue.knowsQueue(line)
        .then(() => at(1).catalogue.knowsQueue(line)),
    ).toBe(false);
  });

  it.each([
    ["the model has it again", []],
    ["it was retired again since", ["new"]],
  ])("is not forgotten where %s", async (_, removed) => {
    const { at, register, remove, clock } = await openTwo();
    await register(0, "new", slow);
    await remove(0, "new");
    await clock.advance(month);
    await at(1).catalogue.read();
    await register(0, "new", slow);
    for (const id of removed) await remove(0, id);
    expect(await forgetLines(at(1))).toBe(0);
    expect(await at(0).catalogue.knowsQueue(line)).toBe(true);
  });
});

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
