import type { Principal } from "../access/principal.ts";
import type { AnalyticsSummary, GetSummary } from "../api/analytics.ts";
import type { Cell, Counts } from "./cell.ts";
import { sumCounts } from "./query-costs.ts";
import { type ProviderDeps, toProviders } from "./query-providers.ts";
import { groupCells, readRange } from "./query-usage.ts";
import { countAttempts, namesUnder, sumTokens, toNumbers, toSuccessRatio } from "./to-numbers.ts";

const mostListed = 20;

/** What an operator looks at first, of a range. Throws `invalid_request`. */
export async function summarise(
  deps: ProviderDeps,
  principal: Principal,
  query: GetSummary,
): Promise<AnalyticsSummary> {
  const { range, cells } = await readRange(deps, principal, query);
  const counts = sumCounts(cells);
  const totals = toNumbers(counts);
  const averageProcessingMs = totals.latency.processingMs?.meanMs;
  return {
    ...range,
    totals,
    ...(averageProcessingMs !== undefined && { averageProcessingMs }),
    providers: await toProviders(deps, principal, cells),
    tokensByUser: toUsers(cells),
    topModels: toModels(cells),
    errorRates: toErrorRates(counts),
  };
}

function toUsers(cells: Cell[]): AnalyticsSummary["tokensByUser"] {
  const users = groupCells(cells, ["user"]).map(({ group: { user = "" }, counts }) => ({
    user,
    tokens: sumTokens(counts),
    costMicros: counts.costMicros ?? 0,
  }));
  return users.toSorted((one, other) => other.tokens - one.tokens).slice(0, mostListed);
}

function toModels(cells: Cell[]): AnalyticsSummary["topModels"] {
  const models = groupCells(cells, ["model"]).flatMap(({ group: { model }, counts }) => {
    if (model === undefined) return [];
    const requests = countAttempts(counts);
    return [{ model, requests, tokens: sumTokens(counts), costMicros: counts.costMicros ?? 0 }];
  });
  return models.toSorted((one, other) => other.requests - one.requests).slice(0, mostListed);
}

function toErrorRates(counts: Counts): AnalyticsSummary["errorRates"] {
  const { succeeded = 0, failed = 0, dead = 0 } = counts;
  const ended = succeeded + failed + dead;
  const ratio = toSuccessRatio(counts);
  const attempts = countAttempts(counts);
  const byCode = Object.entries(namesUnder("errors", counts)).map(([code, count]) => [
    code,
    count / attempts,
  ]);
  return {
    ...(ended > 0 && { tasks: (failed + dead) / ended }),
    ...(ratio !== undefined && { attempts: 1 - ratio }),
    byCode: Object.fromEntries(byCode),
  };
}
