import type { Principal } from "../access/principal.ts";
import type { CostRow, GetCosts } from "../api/analytics.ts";
import { addCounts, type Counts } from "./cell.ts";
import { groupCells, isAskedFor, readRange, toFilters } from "./query-usage.ts";
import { type ReadDeps, readCells } from "./read-cells.ts";
import type { Range } from "./read-rollups.ts";
import { countAttempts, sumTokens } from "./to-numbers.ts";
import { toRange } from "./usage-range.ts";

export type Costs = { range: Range; rows: CostRow[]; total: CostRow };

/** What was spent, known and unknown apart, the dearest first; days in order. Throws `invalid_request`. */
export async function queryCosts(deps: ReadDeps, principal: Principal, query: GetCosts): Promise<Costs> {
  return query.by === "day"
    ? costsByDay(deps, principal, query)
    : costsByGroup(deps, principal, query, query.by);
}

async function costsByDay(deps: ReadDeps, principal: Principal, query: GetCosts): Promise<Costs> {
  const range = toRange(query, "day", deps.clock.now());
  const byStart = await readCells(deps, principal.tenant, "day", range);
  const isWanted = isAskedFor(principal, toFilters(query));
  const days = [...byStart]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([start, cells]) => ({
      by: start.slice(0, 10),
      counts: sumCounts([...cells.values()].filter(isWanted)),
    }));
  return toCosts(range, days);
}

async function costsByGroup(
  deps: ReadDeps,
  principal: Principal,
  query: GetCosts,
  by: Exclude<GetCosts["by"], "day">,
): Promise<Costs> {
  const { range, cells } = await readRange(deps, principal, query);
  const groups = groupCells(cells, [by]).map(({ group, counts }) => ({ by: group[by], counts }));
  const { rows, total } = toCosts(range, groups);
  return { range, rows: rows.toSorted((one, other) => other.knownMicros - one.knownMicros), total };
}

function toCosts(range: Range, groups: { by: string | undefined; counts: Counts }[]): Costs {
  const rows = groups.map(({ by, counts }) => ({ ...(by !== undefined && { by }), ...toCost(counts) }));
  return { range, rows, total: toCost(sumCounts(groups)) };
}

function toCost(counts: Counts): Omit<CostRow, "by"> {
  return {
    requests: countAttempts(counts),
    knownMicros: counts.costMicros ?? 0,
    unknownRequests: counts.unknownCosts ?? 0,
    savedMicros: counts.savedMicros ?? 0,
    tokens: sumTokens(counts),
  };
}

export function sumCounts(list: { counts: Counts }[]): Counts {
  const sum: Counts = {};
  for (const { counts } of list) addCounts(sum, counts);
  return sum;
}
