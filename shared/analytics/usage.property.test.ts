import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../api/events.ts";
import { addCell, type Cells } from "./cell.ts";
import { toStart } from "./period.ts";
import { readCells } from "./read-cells.ts";
import { readRollups } from "./read-rollups.ts";
import { rollUp } from "./roll-up.ts";
import { type RolledPeriod, sumRollups } from "./rollup-document.ts";
import { toCells } from "./to-cells.ts";
import { anEvent, openUsage, start, toFarAway } from "./usage.fixture.ts";
import { createUsageWriter } from "./usage-writer.ts";

const tenants = ["acme", "evil"];

/** Around the turn of an hour, a day and a month. */
const event = fc.record({
  type: fc.constantFrom<TaskEvent["type"]>("task.accepted", "task.succeeded", "task.dead", "task.retrying"),
  atMs: fc.constantFrom(0, 1_000, 59_999, 61_000, 119_999, 120_000, 3_719_000, 3_720_000, 90_000_000),
  tenant: fc.constantFrom(...tenants),
  queue: fc.constantFrom("main", "second"),
  user: fc.constantFrom("ann", "bob"),
});

const delivery = fc.record({
  event: fc.nat(),
  instance: fc.nat({ max: 2 }),
  /** How long after the one before. */
  afterMs: fc.constantFrom(0, 0, 10, 100, 300),
  rollsUp: fc.boolean(),
});

const story = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 30 }),
  deliveries: fc.array(delivery, { maxLength: 60 }),
  shards: fc.constantFrom(1, 4),
  most: fc.constantFrom(1, 3, 100),
  share: fc.constantFrom(0.01, 0.3, 0.6),
  slowMs: fc.constantFrom(0, 50, 1_000),
  lastRollsMs: fc.array(fc.constantFrom(0, 20, 150, 400), { maxLength: 6 }),
  seed: fc.integer(),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function toEvent(given: Story["events"][number], index: number): TaskEvent {
  const { type, atMs, tenant, queue, user } = given;
  return anEvent(`event-${index}`, { type, tenant, at: start + atMs, task: { queue, createdBy: user } });
}

/** Repeatable, and good enough to choose faults by. */
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

describe("usage under deliveries in any order, doubled, to several instances whose commits get lost", () => {
  it("counts every event once in every period", async () => {
    await fc.assert(fc.asyncProperty(story, live), { numRuns: 500 });
  }, 120_000);
});

async function live({
  events,
  deliveries,
  shards,
  most,
  share,
  slowMs,
  lastRollsMs,
  seed,
}: Story): Promise<void> {
  const { clock, log, documents } = await openUsage();
  const random = createRandom(seed);
  const farAway = { clock, random, share, slowMs };
  const told = events.map(toEvent);
  const writers = [0, 1, 2].map(() =>
    createUsageWriter({ documents: toFarAway(documents, farAway), clock, random, log, shards, most }),
  );
  const rolling = { documents: toFarAway(documents, farAway), clock, log };
  const rolls: Promise<unknown>[] = [];

  /** As Pub/Sub does: until it is taken. */
  async function deliver(one: TaskEvent, instance: number): Promise<void> {
    const writer = writers[instance % writers.length];
    await writer?.add(one).catch(() => deliver(one, instance + 1));
  }

  const pending = [...told.keys()].map((index) => ({
    event: index,
    instance: index,
    afterMs: 0,
    rollsUp: false,
  }));
  const delivered: Promise<void>[] = [];
  for (const { event, instance, afterMs, rollsUp } of [...deliveries, ...pending]) {
    const one = told[event % told.length];
    if (one) delivered.push(deliver(one, instance));
    if (rollsUp) rolls.push(rollUp(rolling).catch(() => undefined));
    await clock.advance(afterMs);
  }
  // The last events are still being counted.
  for (const afterMs of lastRollsMs) {
    await clock.advance(afterMs);
    rolls.push(rollUp(rolling).catch(() => undefined));
  }
  await clock.runUntilIdle();
  await Promise.all([...delivered, ...rolls]);

  const deps = { documents, clock };
  await expectSame(told, (tenant, period, range) => readCells(deps, tenant, period, range));
  // Days are made of hours that are over.
  await clock.advance(40 * 86_400_000);
  await rollUp({ ...deps, log });
  await expectSame(told, async (tenant, period, { from, to }) => {
    const found = await readRollups(deps, tenant, period, { from, to });
    return new Map([...Map.groupBy(found, (one) => one.start)].map(([at, some]) => [at, sumRollups(some)]));
  });
}

type Read = (
  tenant: string,
  period: RolledPeriod,
  range: { from: string; to: string },
) => Promise<Map<string, Cells>>;

async function expectSame(told: TaskEvent[], read: Read): Promise<void> {
  const range = { from: "2026-01-01T00:00:00.000Z", to: "2026-03-01T00:00:00.000Z" };
  for (const tenant of tenants)
    for (const period of ["hour", "day", "month"] as const) {
      const found = await read(tenant, period, range);
      expect(toPlain(found)).toEqual(toPlain(sumEvents(told, tenant, period)));
    }
}

function sumEvents(told: TaskEvent[], tenant: string, period: RolledPeriod): Map<string, Cells> {
  const sums = new Map<string, Cells>();
  for (const one of told.filter((each) => each.tenant === tenant)) {
    for (const cell of toCells(one)) {
      const at = toStart(period, Date.parse(one.time));
      sums.set(at, sums.get(at) ?? new Map());
      addCell(sums.get(at) ?? new Map(), cell);
    }
  }
  return sums;
}

function toPlain(sums: Map<string, Cells>): object {
  return Object.fromEntries([...sums].map(([at, cells]) => [at, Object.fromEntries(cells)]));
}
