import { ownerFilter, type Principal } from "../access/principal.ts";
import type { GetProviderUsage, ProviderUsage } from "../api/analytics.ts";
import type { LimitUse } from "../api/queues.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import { findQueue } from "../queue/find-queue.ts";
import { type QueueDocument, queuePath, toQueueState } from "../queue/queue-document.ts";
import { usedLimits } from "../queue/used-limits.ts";
import type { Cell, Counts } from "./cell.ts";
import { groupCells, readRange } from "./query-usage.ts";
import type { ReadDeps } from "./read-cells.ts";
import type { Range } from "./read-rollups.ts";
import { countAttempts, namesUnder, toLatencies, toSuccessRatio } from "./to-numbers.ts";

export type ProviderDeps = ReadDeps & Pick<Platform, "documents"> & { config: ConeaConfig };

/** How each provider did that was called. Throws `invalid_request`. */
export async function queryProviders(
  deps: ProviderDeps,
  principal: Principal,
  query: GetProviderUsage,
): Promise<{ range: Range; items: ProviderUsage[] }> {
  const { range, cells } = await readRange(deps, principal, query);
  return { range, items: await toProviders(deps, principal, cells) };
}

export function toProviders(
  deps: ProviderDeps,
  principal: Principal,
  cells: Cell[],
): Promise<ProviderUsage[]> {
  const groups = groupCells(cells, ["provider"]);
  return Promise.all(
    groups.map(async ({ group: { provider = "" }, counts }) => ({
      ...toProvider(provider, counts),
      ...(ownerFilter(principal) === undefined && (await readLimits(deps, provider))),
    })),
  );
}

function toProvider(provider: string, counts: Counts): ProviderUsage {
  const successRatio = toSuccessRatio(counts);
  return {
    provider,
    requests: countAttempts(counts),
    ...(successRatio !== undefined && { successRatio }),
    rateLimited: counts["attempts.rate_limited"] ?? 0,
    errors: namesUnder("errors", counts),
    latency: toLatencies(counts, "attemptMs", "firstTokenMs"),
    costMicros: counts.costMicros ?? 0,
  };
}

/** Nothing of a provider that is not configured any more. */
async function readLimits(
  { documents, config, clock }: ProviderDeps,
  provider: string,
): Promise<{ limits?: LimitUse[] }> {
  if (!Object.hasOwn(config.providers, provider)) return {};
  const snapshot = await documents.get<QueueDocument>(queuePath(provider));
  const now = snapshot ? Date.parse(snapshot.readTime) : clock.now();
  return { limits: usedLimits(toQueueState(snapshot), findQueue(config, provider), now) };
}
