import { describe, expect, it } from "vitest";
import { sweep } from "../queue/sweep.ts";
import { ann } from "../tasks/conea.fixture.ts";
import { openBatches, someLines } from "./batches.fixture.ts";
import { cancelBatch } from "./cancel-batch.ts";

const dayMs = 24 * 60 * 60 * 1_000;

describe("a cancelled batch", () => {
  it("starts nothing more, and keeps what was answered", async () => {
    const at = await openBatches({ limits: { requests: "10/min" } });
    const { id } = await at.create(someLines(150));
    await at.drive(id);
    await at.clock.advance(1_000);
    const cancelled = await cancelBatch(at.deps, ann, id);
    expect(cancelled).toMatchObject({ phase: "stopping", stoppedBy: "cancelled" });
    const ended = await at.finish(id);
    expect(ended).toMatchObject({ phase: "ended", completed: 10, failed: 140 });
    const errors = await at.results(ended.errorFileId);
    expect(new Set(errors.map(({ error }) => error?.code))).toEqual(new Set(["batch_cancelled"]));
    expect((await at.results(ended.outputFileId)).length + errors.length).toBe(150);
    await at.clock.advance(dayMs);
    expect((await at.tasksOf(id)).filter(({ status }) => status === "succeeded")).toHaveLength(10);
    await at.close();
  });

  it("feeds no line after it, also where a driver is in the middle of a page", async () => {
    const at = await openBatches({ limits: { requests: "1/min" } });
    const { id } = await at.create(someLines(250));
    const stale = at.drive(id);
    await cancelBatch(at.deps, ann, id);
    await stale;
    const { fed } = await at.read(id);
    await at.finish(id);
    expect(await at.tasksOf(id)).toHaveLength(fed);
    expect((await at.tasksOf(id)).filter(({ status }) => status === "ready")).toEqual([]);
    await at.close();
  });

  it("may be cancelled again, and not once it has ended otherwise", async () => {
    const at = await openBatches();
    const first = await at.create(someLines(1));
    await cancelBatch(at.deps, ann, first.id);
    expect(await cancelBatch(at.deps, ann, first.id)).toMatchObject({ stoppedBy: "cancelled" });
    expect(await at.finish(first.id)).toMatchObject({ phase: "ended", completed: 0 });
    const second = await at.create(someLines(1));
    await at.finish(second.id);
    await expect(cancelBatch(at.deps, ann, second.id)).rejects.toMatchObject({ code: "conflict" });
    await at.close();
  });

  it("publishes the end of each task it stopped", async () => {
    const at = await openBatches({ limits: { requests: "1/hour" } });
    const { id } = await at.create(someLines(5));
    await at.drive(id);
    await at.clock.advance(100);
    await cancelBatch(at.deps, ann, id);
    await at.finish(id);
    expect(at.events.filter(({ type }) => type === "task.cancelled")).toHaveLength(4);
    await at.close();
  });
});

describe("a batch that is not done in a day", () => {
  it("expires: what waits is stopped, what was answered is kept", async () => {
    const at = await openBatches({ limits: { requests: "1/hour" } });
    const { id } = await at.create(someLines(30));
    await at.drive(id);
    await at.clock.advance(dayMs - 1);
    expect(await at.drive(id)).toBe("waiting");
    await at.clock.advance(1);
    await sweep(at.conea);
    const ended = await at.finish(id);
    expect(ended).toMatchObject({ stoppedBy: "expired", phase: "ended", completed: 24, failed: 6 });
    const errors = await at.results(ended.errorFileId);
    expect(errors.map(({ error, response }) => [error?.code, response])).toEqual(
      Array(6).fill(["batch_expired", null]),
    );
    await at.close();
  });
});
