import { type Clock, fromTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import { addCell, type Cell, type Cells } from "./cell.ts";
import { listStarts, type Period, toNext, toStart } from "./period.ts";
import { type Range, readMinutes, readRollups, readUnrolledMinutes } from "./read-rollups.ts";
import { type RolledPeriod, type RollupDocument, sumRollups } from "./rollup-document.ts";

export type ReadDeps = Pick<Platform, "documents"> & { clock: Clock };

/** Cells of the periods that have any, by the period's start. */
export type CellsByStart = Map<string, Cells>;

const below = { month: "day", day: "hour" } as const;

/**
 * A tenant's cells as of now, by period. What is not rolled up yet is read from below: an hour from its minutes where one has
 * changed, a day from its hours until it is final, and so a month from its days. `range` begins and ends where periods do.
 */
export async function readCells(
  deps: ReadDeps,
  tenant: string,
  period: Period,
  range: Range,
): Promise<CellsByStart> {
  if (period === "minute") return readByMinute(deps, tenant, range);
  // Before the hours: one that has lost its mark by then is read as it was made anew.
  const changed = new Set((await readUnrolledMinutes(deps)).map(({ data }) => data.hour));
  return readRolled({ ...deps, changed }, tenant, period, range);
}

/** `changed`: hours that do not know of all their minutes. */
type RolledDeps = ReadDeps & { changed: ReadonlySet<string> };

function readRolled(
  deps: RolledDeps,
  tenant: string,
  period: RolledPeriod,
  range: Range,
): Promise<CellsByStart> {
  return period === "hour" ? readHours(deps, tenant, range) : readAbove(deps, tenant, period, range);
}

async function readByMinute(deps: ReadDeps, tenant: string, { from, to }: Range): Promise<CellsByStart> {
  const hours = listStarts("hour", toStart("hour", fromTime(from)), to);
  const minutes = (await Promise.all(hours.map((hour) => readMinutes(deps, hour)))).flat();
  const found: CellsByStart = new Map();
  for (const { data } of minutes)
    if (data.minute >= from && data.minute < to)
      addAll(found, data.minute, tenant, Object.values(data.cells));
  return found;
}

async function readHours(deps: RolledDeps, tenant: string, range: Range): Promise<CellsByStart> {
  const rolled = byStart(await readRollups(deps, tenant, "hour", range));
  const hours = [...deps.changed].filter((hour) => hour >= range.from && hour < range.to);
  for (const hour of hours) {
    rolled.delete(hour);
    for (const { data } of await readMinutes(deps, hour))
      addAll(rolled, hour, tenant, Object.values(data.cells));
  }
  return rolled;
}

async function readAbove(
  deps: RolledDeps,
  tenant: string,
  period: "day" | "month",
  range: Range,
): Promise<CellsByStart> {
  const documents = await readRollups(deps, tenant, period, range);
  const isFinal = new Set(documents.flatMap(({ start, final }) => (final ? [start] : [])));
  const found = byStart(documents.filter(({ start }) => isFinal.has(start)));
  for (const open of listOpen(period, range, isFinal, deps.clock.now()))
    for (const [start, cells] of await readRolled(deps, tenant, below[period], open))
      addAll(found, toStart(period, fromTime(start)), tenant, cells.values());
  return found;
}

/** The periods that are not final, those that follow each other as one range. */
function listOpen(period: RolledPeriod, { from, to }: Range, isFinal: Set<string>, now: number): Range[] {
  const ranges: Range[] = [];
  for (const start of listStarts(period, from, to)) {
    if (isFinal.has(start) || fromTime(start) > now + 86_400_000) continue;
    const end = toNext(period, start);
    const last = ranges.at(-1);
    if (last?.to === start) last.to = end;
    else ranges.push({ from: start, to: end });
  }
  return ranges;
}

function byStart(documents: RollupDocument[]): CellsByStart {
  const grouped = Map.groupBy(documents, ({ start }) => start);
  return new Map([...grouped].map(([start, parts]) => [start, sumRollups(parts)]));
}

function addAll(found: CellsByStart, start: string, tenant: string, cells: Iterable<Cell>): void {
  for (const cell of cells) {
    if (cell.tenant !== tenant) continue;
    const sum = found.get(start) ?? new Map();
    found.set(start, sum);
    addCell(sum, cell);
  }
}
