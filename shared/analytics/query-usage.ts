import { ownerFilter, type Principal } from "../access/principal.ts";
import type {
  GetCosts,
  GetProviderUsage,
  GetSummary,
  GetUsage,
  UsageGroup,
  UsageRow,
} from "../api/analytics.ts";
import { addCell, addCounts, type Cell, type Cells, type Counts } from "./cell.ts";
import { toNext } from "./period.ts";
import { type CellsByStart, type ReadDeps, readCells } from "./read-cells.ts";
import type { Range } from "./read-rollups.ts";
import { toNumbers } from "./to-numbers.ts";
import { toPeriod, toRange } from "./usage-range.ts";

export type UsageFilters = Pick<GetUsage, "user" | "key" | "provider" | "model" | "type">;

/** Whose numbers a principal sees of those asked for: a user their own, the others their tenant's. */
export function isAskedFor(principal: Principal, filters: UsageFilters): (cell: Cell) => boolean {
  const owner = ownerFilter(principal);
  const wanted = Object.entries({ ...filters }).filter(([, value]) => value !== undefined) as [
    UsageGroup,
    string,
  ][];
  return (cell) =>
    (owner === undefined || cell.user === owner) && wanted.every(([name, value]) => cell[name] === value);
}

/** The cells of a whole range, as of now. */
export async function readRange(
  deps: ReadDeps,
  principal: Principal,
  query: GetProviderUsage | GetSummary | Omit<GetCosts, "by">,
): Promise<{ range: Range; cells: Cell[] }> {
  const range = toRange(query, "all", deps.clock.now());
  const byStart = await readCells(deps, principal.tenant, toPeriod("all", range), range);
  return { range, cells: toList(byStart).filter(isAskedFor(principal, toFilters(query))) };
}

function toList(byStart: CellsByStart): Cell[] {
  const cells: Cells = new Map();
  for (const some of byStart.values()) for (const [key, cell] of some) addCell(cells, cell, key);
  return [...cells.values()];
}

export function toFilters({ user, key, provider, model, type }: UsageFilters): UsageFilters {
  return { user, key, provider, model, type };
}

/**
 * Usage by period and up to two groups, in order of time. Throws `invalid_request` for a range that is none, or longer than its
 * granularity allows.
 */
export async function queryUsage(
  deps: ReadDeps,
  principal: Principal,
  query: GetUsage,
): Promise<{ range: Range; rows: UsageRow[] }> {
  const { granularity, groupBy = [] } = query;
  const range = toRange(query, granularity, deps.clock.now());
  const byStart = await readCells(deps, principal.tenant, toPeriod(granularity, range), range);
  const isWanted = isAskedFor(principal, toFilters(query));
  const periods =
    granularity === "all"
      ? [{ start: range.from, end: range.to, cells: toList(byStart) }]
      : [...byStart]
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([start, cells]) => ({
            ...{ start, end: toNext(granularity, start), cells: [...cells.values()] },
          }));
  const rows = periods.flatMap(({ start, end, cells }) =>
    groupCells(cells.filter(isWanted), groupBy).map(({ group, counts }) => ({
      ...{ start, end },
      ...group,
      ...toNumbers(counts),
    })),
  );
  return { range, rows };
}

export type Grouped = { group: Partial<Record<UsageGroup, string>>; counts: Counts };

/** Cells added up by what they have in common, in the order of that. */
export function groupCells(cells: Cell[], groupBy: readonly UsageGroup[]): Grouped[] {
  const groups = new Map<string, Grouped>();
  for (const cell of cells) {
    const values = groupBy.map((name) => [name, cell[name]] as const);
    const key = JSON.stringify(values);
    const group = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    const known = groups.get(key) ?? { group, counts: {} };
    groups.set(key, known);
    addCounts(known.counts, cell.counts);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, grouped]) => grouped);
}
