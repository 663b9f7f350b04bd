import { describe, expect, it } from "vitest";
import { countDocuments } from "../platform/count-documents.ts";
import { type MinuteDocument, minutePath } from "./minute-document.ts";
import { anEvent, openUsage, start } from "./usage.fixture.ts";
import { createUsageWriter, type UsageWriterOptions } from "./usage-writer.ts";

const minute = "2026-01-31T22:58:00.000Z";

async function open(options: Partial<UsageWriterOptions> = {}) {
  const usage = await openUsage();
  const { documents, counts } = countDocuments(usage.documents);
  const deps = { ...usage, documents, random: () => 0.5, shards: 1, ...options };
  const cost = () => {
    const { reads = 0, writes = 0 } = counts.get("usageMinutes") ?? {};
    return { reads, writes };
  };
  const read = async (part = 0) =>
    (await usage.documents.get<MinuteDocument>(minutePath(minute, 0, part)))?.data;
  return { ...usage, deps, cost, read, writer: createUsageWriter(deps) };
}

describe("a usage writer", () => {
  it("writes what comes within its window together, and answers each once it is durable", async () => {
    const { clock, writer, cost, read } = await open();
    const answered: number[] = [];
    for (let n = 0; n < 50; n++) void writer.add(anEvent(`event-${n}`)).then(() => answered.push(n));
    await clock.advance(249);
    expect([answered.length, cost().writes]).toEqual([0, 0]);
    await clock.advance(1);
    expect([answered.length, cost()]).toEqual([50, { reads: 1, writes: 1 }]);
    expect((await read())?.cells.c0?.counts.succeeded).toBe(50);
  });

  it("writes at once what is as much as a batch may be", async () => {
    const { clock, writer, cost } = await open({ most: 100 });
    for (let n = 0; n < 100; n++) writer.note(anEvent(`event-${n}`));
    await clock.advance(0);
    expect(cost()).toEqual({ reads: 1, writes: 1 });
  });

  it("reads a minute once, and afterwards only when somebody else has written it", async () => {
    const { clock, writer, deps, cost, read } = await open();
    const other = createUsageWriter(deps);
    for (let n = 0; n < 3; n++) {
      writer.note(anEvent(`one-${n}`));
      await writer.flush();
    }
    expect(cost()).toEqual({ reads: 1, writes: 3 });
    other.note(anEvent("other"));
    await other.flush();
    writer.note(anEvent("one-3"));
    await Promise.all([writer.flush(), clock.advance(100)]);
    expect(cost()).toEqual({ reads: 3, writes: 5 });
    expect((await read())?.cells.c0?.counts.succeeded).toBe(5);
  });

  it("writes nothing for an event that was counted, whoever gets it again", async () => {
    const { writer, deps, cost } = await open();
    writer.note(anEvent("a"));
    await writer.flush();
    for (const again of [writer, createUsageWriter(deps)]) {
      again.note(anEvent("a"));
      await again.flush();
    }
    expect(cost()).toEqual({ reads: 2, writes: 1 });
  });

  it("begins another part before a document is too large, and knows what the full ones hold", async () => {
    const { clock, writer, deps, read } = await open();
    const events = Array.from({ length: 3_000 }, (_, n) =>
      anEvent(`event-${n}`, { task: { createdBy: `user-${n}` } }),
    );
    for (const event of events) writer.note(event);
    await Promise.all([writer.flush(), clock.advance(0)]);
    const parts = await Promise.all([0, 1, 2, 3, 4].map(read));
    expect(parts.filter((part) => part?.full).length).toBeGreaterThan(1);
    const again = createUsageWriter(deps);
    for (const event of events) again.note(event);
    await again.flush();
    expect(await Promise.all([0, 1, 2, 3, 4].map(read))).toEqual(parts);
  });

  it("keeps no events of other kinds, and writes nothing for a start that tells of no attempt", async () => {
    const { writer, cost } = await open();
    const { task } = anEvent("a");
    const { attempts: _, ...rest } = task;
    await writer.add({ ...anEvent("started"), type: "task.started", task: rest });
    await writer.flush();
    expect(cost()).toEqual({ reads: 0, writes: 0 });
  });

  it("does not count what is older than minutes are kept, and says so", async () => {
    const { clock, writer, lines, cost } = await open();
    await clock.advance(35 * 86_400_000);
    await writer.add(anEvent("a", { at: start }));
    expect(cost().writes).toBe(0);
    expect(lines.map(({ sentence }) => sentence)).toEqual(["event too old to be counted"]);
  });

  it("rejects what it could not write, and counts it when it comes again", async () => {
    const { clock, documents, deps, read } = await open();
    let isDown = true;
    const down = {
      ...documents,
      commit: (writes: Parameters<typeof documents.commit>[0]) =>
        isDown ? Promise.reject(new Error("unavailable")) : documents.commit(writes),
    };
    const writer = createUsageWriter({ ...deps, documents: down });
    const added = writer.add(anEvent("a")).then(
      () => "counted",
      () => "rejected",
    );
    await clock.advance(120_000);
    expect(await added).toBe("rejected");
    isDown = false;
    writer.note(anEvent("a"));
    await writer.flush();
    expect((await read())?.cells.c0?.counts.succeeded).toBe(1);
  });
});
