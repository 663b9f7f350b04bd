import { describe, expect, it } from "vitest";
import { countDocuments } from "../platform/count-documents.ts";
import type { Documents, Write } from "../platform/documents.ts";
import type { Cells } from "./cell.ts";
import { readCells } from "./read-cells.ts";
import { rollUp } from "./roll-up.ts";
import { type RollupDocument, rollupPath } from "./rollup-document.ts";
import { anEvent, openUsage } from "./usage.fixture.ts";
import { createUsageWriter } from "./usage-writer.ts";

const dayMs = 86_400_000;
const january = { from: "2026-01-01T00:00:00.000Z", to: "2026-02-01T00:00:00.000Z" };

async function open() {
  const usage = await openUsage();
  const writer = createUsageWriter({ ...usage, random: () => 0.5, shards: 1 });
  const count = async (...ids: string[]) => {
    for (const id of ids) writer.note(anEvent(id));
    await writer.flush();
  };
  const read = async (period: "hour" | "day" | "month") =>
    succeededIn((await readCells(usage, "acme", period, january)).values());
  return { ...usage, count, read };
}

function succeededIn(cells: Iterable<Cells>): number[] {
  return [...cells].map((some) =>
    [...some.values()].reduce((sum, { counts }) => sum + (counts.succeeded ?? 0), 0),
  );
}

/** The same documents whose commits of rollups wait until they are let go. */
function holdRollups(documents: Documents) {
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const held: Documents = {
    ...documents,
    async commit(writes: Write[]) {
      if (writes.some(({ path }) => path.startsWith("usageRollups/"))) {
        reached.resolve();
        await release.promise;
      }
      return documents.commit(writes);
    },
  };
  return { held, reached: reached.promise, release: release.resolve };
}

describe("rolling up", () => {
  it("does not put back what another run has made newer meanwhile", async () => {
    const { clock, log, documents, count, read } = await open();
    await count("a");
    const { held, reached, release } = holdRollups(documents);
    const slow = rollUp({ documents: held, clock, log });
    await reached;
    await count("b");
    await rollUp({ documents, clock, log });
    release();
    expect(await slow).toMatchObject({ hours: 0, failed: 1 });
    expect(await read("hour")).toEqual([2]);
  });

  it("leaves an hour that has not ended out of the day, and adds it once it has", async () => {
    const { clock, log, documents, count, read } = await open();
    await count("a", "b");
    expect(await rollUp({ documents, clock, log })).toEqual({ hours: 1, days: 0, months: 0, failed: 0 });
    expect(await read("day")).toEqual([2]);
    await clock.advance(3_600_000);
    expect(await rollUp({ documents, clock, log })).toEqual({ hours: 0, days: 1, months: 1, failed: 0 });
    const month = await documents.get<RollupDocument>(
      rollupPath({ tenant: "acme", period: "month", start: january.from }),
    );
    expect(month?.data.cells[0]?.counts.succeeded).toBe(2);
    expect(await read("month")).toEqual([2]);
  });

  it("does nothing where nothing has changed, and costs a read for each kind", async () => {
    const { clock, log, documents, count } = await open();
    await count("a");
    await clock.advance(dayMs);
    await rollUp({ documents, clock, log });
    const counted = countDocuments(documents);
    expect(await rollUp({ documents: counted.documents, clock, log })).toEqual({
      ...{ hours: 0, days: 0, months: 0, failed: 0 },
    });
    expect([...counted.counts.values()].map(({ reads, writes }) => [reads, writes])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it("shows an event that came a moment ago, before any run", async () => {
    const { count, read } = await open();
    await count("a");
    expect(await read("hour")).toEqual([1]);
    expect(await read("month")).toEqual([1]);
  });

  it("keeps hours for 400 days, and days and months for good", async () => {
    const { clock, log, documents, count } = await open();
    await count("a");
    await clock.advance(3_600_000);
    await rollUp({ documents, clock, log });
    const found = await documents.query<RollupDocument>({ collection: "usageRollups" });
    expect(found.map(({ data }) => [data.period, data.deleteAt])).toEqual([
      ["day", undefined],
      ["hour", "2027-03-07T23:00:00.000Z"],
      ["month", undefined],
    ]);
  });

  it("puts what is too large for one document into parts, and takes away those it needs no more", async () => {
    const { clock, log, documents } = await open();
    const write = async (...ids: string[]) => {
      const writer = createUsageWriter({ documents, clock, log, random: () => 0, shards: 1, most: 10_000 });
      for (const id of ids) writer.note(anEvent(id, { task: { createdBy: id.padEnd(30, "x") } }));
      await writer.flush();
    };
    await write(...Array.from({ length: 1_500 }, (_, n) => `user-${n}`));
    await rollUp({ documents, clock, log });
    const place = { tenant: "acme", period: "hour" as const, start: "2026-01-31T22:00:00.000Z" };
    const first = await documents.get<RollupDocument>(rollupPath(place));
    expect(first?.data.parts).toBeGreaterThan(1);
    expect(succeededIn((await readCells({ documents, clock }, "acme", "hour", january)).values())).toEqual([
      1_500,
    ]);
    for (const { path } of await documents.query({ collection: "usageMinutes" }))
      await documents.commit([{ op: "delete", path }]);
    await write("b");
    await rollUp({ documents, clock, log });
    expect(await documents.get(rollupPath(place, 1))).toBeUndefined();
  });
});
