import { fromTime, toTime } from "../core/clock.ts";
import type { DocumentPath, Snapshot, Write, WriteTime } from "../platform/documents.ts";
import { addCell, type Cell, type Cells } from "./cell.ts";
import { fullBytes, measureCells } from "./minute-document.ts";
import { type Period, toNext } from "./period.ts";

export type RolledPeriod = Exclude<Period, "minute">;

const hoursKeptMs = 400 * 86_400_000;

/**
 * `usageRollups/{tenant}.{period}.{start}.{part}`: what a tenant's events of a period add up to. Made anew from what is below
 * (minutes, hours, days), never added to. The first part has what concerns the whole.
 */
export type RollupDocument = {
  tenant: string;
  period: RolledPeriod;
  start: string;
  part: number;
  cells: Cell[];
  /** Of the first part: how many there are. */
  parts?: number;
  /** Of an hour or a day that the day or month above does not know of yet: its own period. */
  unrolled?: RolledPeriod;
  /** Of a day or month: when it is to be reported on next; absent once its report is final. */
  reportAt?: string;
  /** Nothing that could still be delivered belongs to it. */
  final?: true;
  deleteAt?: string;
};

export const rollupsCollection = "usageRollups";

export type RollupPlace = { tenant: string; period: RolledPeriod; start: string };

export function rollupPath({ tenant, period, start }: RollupPlace, part = 0): DocumentPath {
  const time = start.slice(0, period === "hour" ? 13 : 10);
  return `${rollupsCollection}/${tenant}.${period}.${time}.${part}`;
}

/** What is beside the cells, as the whole has it. */
export type RollupState = Pick<RollupDocument, "unrolled" | "reportAt" | "final">;

/**
 * The writes that put cells into a rollup's place, refused where somebody has written it since it was read as `before`. Parts
 * that it had and has no more are deleted.
 */
export function toRollupWrites(
  place: RollupPlace,
  cells: Cells,
  state: RollupState,
  before: Snapshot<RollupDocument> | undefined,
): Write[] {
  const parts = toParts([...cells.values()]);
  const deleteAt = toTime(fromTime(toNext(place.period, place.start)) + hoursKeptMs);
  const expiry = place.period === "hour" ? { deleteAt } : {};
  const writes = parts.map((cells, part): Write => {
    const whole = part === 0 ? { parts: parts.length, ...state } : {};
    const data: RollupDocument = { ...place, part, cells, ...whole, ...expiry };
    return { op: "set", path: rollupPath(place, part), data, ...(part === 0 && fence(before?.updateTime)) };
  });
  for (let part = parts.length; part < (before?.data.parts ?? 0); part++)
    writes.push({ op: "delete", path: rollupPath(place, part) });
  return writes;
}

function fence(updateTime: WriteTime | undefined) {
  return { precondition: updateTime === undefined ? { exists: false } : { updateTime } };
}

/** Each part below the size at which a minute's document is full. */
function toParts(cells: Cell[]): Cell[][] {
  const parts: Cell[][] = [[]];
  let bytes = 0;
  for (const cell of cells) {
    const size = measureCells([cell]);
    if (bytes + size > fullBytes && bytes > 0) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(cell);
    bytes += size;
  }
  return parts;
}

/** The cells of several rollups together. */
export function sumRollups(documents: Iterable<RollupDocument>): Cells {
  const sum: Cells = new Map();
  for (const { cells } of documents) for (const cell of cells) addCell(sum, cell);
  return sum;
}
