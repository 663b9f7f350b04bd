import { describe, expect, it } from "vitest";
import { totalCounts } from "../platform/count-documents.ts";
import { openBatches, someLines } from "./batches.fixture.ts";
import { driveBatches } from "./drive-batches.ts";

type Test = Awaited<ReturnType<typeof openBatches>>;

const typesOf = ({ allEvents }: Test) => allEvents.flatMap((event) => ("batch" in event ? [event.type] : []));

describe("the events of a batch", () => {
  it("tell of its creation, its start and its end, with how its lines have fared", async () => {
    const at = await openBatches();
    const { id } = await at.create(someLines(3));
    const ended = await at.finish(id);
    const told = at.allEvents.filter((event) => "batch" in event);
    const of = { id, createdBy: "ann", endpoint: "/v1/chat/completions" };
    expect(told).toEqual([
      {
        ...{ id: `${id}.1`, sequence: 1, type: "batch.created", tenant: "acme", time: ended.createdAt },
        batch: { ...of, total: 0, completed: 0, failed: 0 },
      },
      {
        ...{ id: `${id}.2`, sequence: 2, type: "batch.running", tenant: "acme", time: ended.runningAt },
        batch: { ...of, total: 3, completed: 0, failed: 0 },
      },
      {
        ...{ id: `${id}.3`, sequence: 3, type: "batch.completed", tenant: "acme", time: ended.endedAt },
        batch: { ...of, total: 3, completed: 3, failed: 0 },
      },
    ]);
  });

  it("tell of one whose input is not right that it failed", async () => {
    const at = await openBatches();
    const { id } = await at.create(["no JSON"]);
    expect(await at.drive(id)).toBe("ended");
    expect(typesOf(at)).toEqual(["batch.created", "batch.failed"]);
  });

  it("hold up no batch while they cannot be published, and are told by the sweep, which then is done with it", async () => {
    const at = await openBatches();
    const { publish } = at.deps.events;
    const down = () => Promise.reject(new Error("the publisher is down"));
    const { id } = await at.create(["no JSON"]);
    Object.assign(at.deps.events, { publish: down });
    expect(await at.drive(id)).toBe("ended");
    expect(await at.read(id)).toMatchObject({ phase: "ended", active: true });
    expect(typesOf(at)).toEqual([]);
    Object.assign(at.deps.events, { publish });
    expect(await driveBatches(at.deps)).toMatchObject({ ended: 1, failed: 0 });
    expect(typesOf(at)).toEqual(["batch.created", "batch.failed"]);
    expect(await at.read(id)).toMatchObject({ active: false });
    const { writes } = totalCounts(at.counts);
    expect(await driveBatches(at.deps)).toEqual({ driven: 0, ended: 0, failed: 0 });
    await at.drive(id);
    expect(totalCounts(at.counts).writes).toBe(writes);
    expect(typesOf(at)).toHaveLength(2);
  });
});
