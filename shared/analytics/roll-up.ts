import { fromTime, toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import type { MinuteDocument } from "./minute-document.ts";
import { toNext, toStart } from "./period.ts";
import { readMinutes, readRollups, readUnrolledMinutes, sumMinutes } from "./read-rollups.ts";
import {
  type RollupDocument,
  type RollupPlace,
  rollupPath,
  rollupsCollection,
  sumRollups,
  toRollupWrites,
} from "./rollup-document.ts";

export type RollUpDeps = Pick<Platform, "documents" | "clock"> & { log: Log };

export type RollUpReport = { hours: number; days: number; months: number; failed: number };

/** Hours or days that are looked at together. */
const pageSize = 200;
/** How long after its end a period is first reported on: its last minutes have been rolled up by then. */
export const reportAfterMs = 15 * 60_000;

/**
 * Makes anew the hours whose minutes have changed, then the days of hours that are over, then their months. A mark on what has
 * changed says so, and goes once what is above knows of it, unless it has changed again meanwhile: a run that is
 * interrupted, or meets another, leaves its marks for the next.
 */
export async function rollUp(deps: RollUpDeps): Promise<RollUpReport> {
  const hours = await rollHours(deps);
  const days = await rollAbove(deps, "hour", "day");
  const months = await rollAbove(deps, "day", "month");
  const failed = hours.failed + days.failed + months.failed;
  return { hours: hours.done, days: days.done, months: months.done, failed };
}

type Done = { done: number; failed: number };

async function rollHours(deps: RollUpDeps): Promise<Done> {
  const byHour = Map.groupBy(await readUnrolledMinutes(deps), ({ data }) => data.hour);
  const hours = [...byHour].sort(([one], [other]) => (one < other ? -1 : 1));
  return each(deps, hours, ([hour, changed]) => rollHour(deps, hour, changed));
}

/** An hour of every tenant that has something in a minute that changed, and of `others`. */
export async function rollHour(
  deps: RollUpDeps,
  hour: string,
  changed: Snapshot<MinuteDocument>[],
  others: string[] = [],
): Promise<void> {
  const tenants = new Set([...tenantsOf(changed), ...others]);
  const places = [...tenants].map((tenant) => ({ tenant, period: "hour" as const, start: hour }));
  // The fences before the minutes: whoever has written an hour since has seen minutes that may be newer.
  const before = await Promise.all(places.map((place) => readFirst(deps, place)));
  const sums = sumMinutes((await readMinutes(deps, hour)).map(({ data }) => data));
  for (const [index, place] of places.entries()) {
    const state = { unrolled: "hour" as const };
    const cells = sums.get(place.tenant) ?? new Map();
    await deps.documents.commit(toRollupWrites(place, cells, state, before[index]));
  }
  // A minute that has changed since it was found may have a tenant more: it keeps its mark.
  await clearMarks(deps, changed);
}

function tenantsOf(minutes: Snapshot<MinuteDocument>[]): string[] {
  return minutes.flatMap(({ data }) => Object.values(data.cells).map(({ tenant }) => tenant));
}

/** The days of hours that have changed and are over, or the months of such days. */
async function rollAbove(deps: RollUpDeps, below: "hour" | "day", above: "day" | "month"): Promise<Done> {
  const total = { done: 0, failed: 0 };
  const hour = toStart("hour", deps.clock.now());
  let last: Snapshot<RollupDocument> | undefined;
  do {
    const page = await readUnrolledPage(deps, below, last);
    last = page.length === pageSize ? page.at(-1) : undefined;
    // The hour that has not ended changes all the time.
    const over = page.filter(({ data }) => below === "day" || data.start < hour);
    const byPlace = Map.groupBy(over, ({ data: { tenant, start } }) =>
      rollupPath({ tenant, period: above, start: toStart(above, fromTime(start)) }),
    );
    const { done, failed } = await each(deps, [...byPlace.values()], (marked) =>
      rollOne(deps, below, above, marked),
    );
    total.done += done;
    total.failed += failed;
  } while (last);
  return total;
}

function readUnrolledPage(
  { documents }: RollUpDeps,
  period: "hour" | "day",
  last: Snapshot<RollupDocument> | undefined,
): Promise<Snapshot<RollupDocument>[]> {
  return documents.query<RollupDocument>({
    collection: rollupsCollection,
    where: [["unrolled", "==", period]],
    limit: pageSize,
    ...(last && { startAfter: { values: [], id: last.id } }),
  });
}

async function rollOne(
  deps: RollUpDeps,
  below: "hour" | "day",
  above: "day" | "month",
  marked: Snapshot<RollupDocument>[],
): Promise<void> {
  const [first] = marked;
  if (!first) return;
  const { tenant } = first.data;
  const place = { tenant, period: above, start: toStart(above, fromTime(first.data.start)) };
  const before = await readFirst(deps, place);
  const parts = await readRollups(deps, tenant, below, { from: place.start, to: toNext(above, place.start) });
  await deps.documents.commit(toRollupWrites(place, sumRollups(parts), toState(place, before), before));
  await clearMarks(deps, marked);
}

/** A period that changes after its report was final is reported on once more. */
function toState(
  { period, start }: RollupPlace,
  before: Snapshot<RollupDocument> | undefined,
): Pick<RollupDocument, "unrolled" | "reportAt" | "final"> {
  const firstReport = toTime(fromTime(toNext(period, start)) + reportAfterMs);
  return {
    ...(period === "day" && { unrolled: "day" as const }),
    reportAt: before?.data.final ? firstReport : (before?.data.reportAt ?? firstReport),
    ...(before?.data.final && { final: true as const }),
  };
}

async function readFirst(
  { documents }: RollUpDeps,
  place: RollupPlace,
): Promise<Snapshot<RollupDocument> | undefined> {
  return documents.get<RollupDocument>(rollupPath(place));
}

/** One that has changed since keeps its mark. */
async function clearMarks({ documents }: RollUpDeps, marked: Snapshot<object>[]): Promise<void> {
  for (const { path, updateTime } of marked)
    await tryCommit(documents, { op: "update", path, removes: ["unrolled"], precondition: { updateTime } });
}

/** One that fails does not keep the others from being done. */
async function each<T>(deps: RollUpDeps, items: T[], roll: (item: T) => Promise<void>): Promise<Done> {
  const total = { done: 0, failed: 0 };
  for (const item of items) {
    try {
      await roll(item);
      total.done++;
    } catch (error) {
      total.failed++;
      deps.log.warn("a rollup is left to the next run", toErrorField(error));
    }
  }
  return total;
}
