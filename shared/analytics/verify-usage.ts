import { addCell, type Cell, type Cells, type Dimensions, toDimensions } from "./cell.ts";
import { type Expected, readExpected, sumExpected } from "./expected-minutes.ts";
import { type Range, readMinutes, readUnrolledMinutes } from "./read-rollups.ts";
import type { StoreDeps } from "./read-store.ts";
import { type RollupDocument, rollupsCollection } from "./rollup-document.ts";

/** A figure of an hour that the rollups have otherwise than the store. */
export type Difference = {
  hour: string;
  cell: Dimensions;
  name: string;
  rollup: number;
  store: number;
  /** The store remembers less than what was told in this hour: it may be the rollup that is right. */
  isUncertain: boolean;
};

export type Comparison = { expected: Expected; differences: Difference[] };

/**
 * Holds the hours of a range against the tasks of the store. Nothing is written. What happens meanwhile shows as a difference:
 * a range that is over is compared for good.
 */
export async function verifyUsage(
  deps: StoreDeps,
  range: Range,
  onTask?: (tasks: number) => void,
): Promise<Comparison> {
  const counted = await readCounted(deps, range);
  const expected = await readExpected(deps, range, onTask);
  return { expected, differences: compare(counted, sumExpected(expected), expected) };
}

/** The hours of all tenants, as the rollups have them, and where these are behind, the minutes. */
async function readCounted(deps: StoreDeps, { from, to }: Range): Promise<Map<string, Cells>> {
  const changed = new Set((await readUnrolledMinutes(deps)).map(({ data }) => data.hour));
  const counted = new Map<string, Cells>();
  for (const { data } of await deps.documents.query<RollupDocument>({
    collection: rollupsCollection,
    where: [
      ["period", "==", "hour"],
      ["start", ">=", from],
      ["start", "<", to],
    ],
    orderBy: [["start", "asc"]],
  }))
    if (!changed.has(data.start)) addAll(counted, data.start, data.cells);
  for (const hour of changed)
    if (hour >= from && hour < to)
      for (const { data } of await readMinutes(deps, hour)) addAll(counted, hour, Object.values(data.cells));
  return counted;
}

function addAll(byHour: Map<string, Cells>, hour: string, cells: Cell[]): void {
  const sum: Cells = byHour.get(hour) ?? new Map();
  byHour.set(hour, sum);
  for (const cell of cells) addCell(sum, cell);
}

function compare(
  counted: Map<string, Cells>,
  told: Map<string, Cells>,
  { notShown }: Expected,
): Difference[] {
  const hours = [...new Set([...counted.keys(), ...told.keys()])].sort();
  return hours.flatMap((hour) =>
    compareHour(counted.get(hour) ?? new Map(), told.get(hour) ?? new Map()).map((difference) => ({
      ...{ hour, ...difference },
      isUncertain: notShown.has(hour),
    })),
  );
}

function compareHour(counted: Cells, told: Cells): Omit<Difference, "hour" | "isUncertain">[] {
  return [...new Set([...counted.keys(), ...told.keys()])].flatMap((key) => {
    const [one, other] = [counted.get(key), told.get(key)];
    const cell = one ?? other;
    if (!cell) return [];
    const names = new Set([...Object.keys(one?.counts ?? {}), ...Object.keys(other?.counts ?? {})]);
    return [...names].flatMap((name) => {
      const [rollup, store] = [one?.counts[name] ?? 0, other?.counts[name] ?? 0];
      return rollup === store ? [] : [{ cell: toDimensions(cell), name, rollup, store }];
    });
  });
}
