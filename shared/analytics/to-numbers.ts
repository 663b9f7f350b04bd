import type { LatencyNumbers, UsageNumbers } from "../api/analytics.ts";
import type { Usage } from "../api/task.ts";
import { totalTokens } from "../api/usage.ts";
import { type Counts, type Latency, latencies } from "./cell.ts";
import { type Buckets, toQuantile } from "./latency-buckets.ts";

const tokenClasses = [
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteTokens",
  "audioInputTokens",
  "imageInputTokens",
  "outputTokens",
  "reasoningTokens",
  "audioOutputTokens",
  "imageOutputTokens",
  "images",
  "milliseconds",
  "characters",
] as const;
type Tokens = UsageNumbers["tokens"];

/** Counts as callers see them. Pure. */
export function toNumbers(counts: Counts): UsageNumbers {
  const of = (name: string) => counts[name] ?? 0;
  return {
    tasks: {
      accepted: of("accepted"),
      succeeded: of("succeeded"),
      failed: of("failed"),
      dead: of("dead"),
      cancelled: of("cancelled"),
      expired: of("expired"),
    },
    attempts: {
      total: countAttempts(counts),
      succeeded: of("attempts.succeeded"),
      failed: of("attempts.failed"),
      rateLimited: of("attempts.rate_limited"),
      cancelled: of("attempts.cancelled"),
      interrupted: of("attempts.interrupted"),
      lost: of("attempts.lost"),
    },
    errors: namesUnder("errors", counts),
    tokens: toTokens(counts),
    cost: { micros: of("costMicros"), unknown: of("unknownCosts") },
    cache: { hits: of("cacheHits"), partial: of("cachePartial"), savedMicros: of("savedMicros") },
    latency: toLatencies(counts, ...latencies),
  };
}

/** Numbers of which none is absent: all names there are, but those of errors. */
export function namedNumbers(): UsageNumbers {
  const counts: Counts = {};
  for (const name of tokenClasses) counts[`tokens.${name}`] = 1;
  for (const name of latencies) counts[`${name}.0`] = 1;
  return toNumbers(counts);
}

/** Calls; what the cache answered in time was none. */
export function countAttempts(counts: Counts): number {
  const { cached: _, ...called } = namesUnder("attempts", counts);
  return Object.values(called).reduce((sum, count) => sum + count, 0);
}

/** The share of a provider's calls that succeeded, of those that it did not limit and that did not end on our side. */
export function toSuccessRatio(counts: Counts): number | undefined {
  const succeeded = counts["attempts.succeeded"] ?? 0;
  const answered = succeeded + (counts["attempts.failed"] ?? 0);
  return answered === 0 ? undefined : succeeded / answered;
}

export function toTokens(counts: Counts): Tokens {
  const tokens: Tokens = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  for (const name of tokenClasses) {
    const count = counts[`tokens.${name}`];
    if (count) tokens[name] = count;
  }
  return tokens;
}

/** All tokens, read and written. */
export function sumTokens(counts: Counts): number {
  return totalTokens(toTokens(counts) satisfies Usage);
}

export function toLatencies<L extends Latency>(
  counts: Counts,
  ...names: L[]
): Partial<Record<L, LatencyNumbers>> {
  const found: Partial<Record<L, LatencyNumbers>> = {};
  for (const name of names) {
    const numbers = toLatency(namesUnder(name, counts));
    if (numbers) found[name] = numbers;
  }
  return found;
}

/** The mean is of the sum itself; percentiles are read from the buckets. */
function toLatency({ sum = 0, ...buckets }: Buckets): LatencyNumbers | undefined {
  const count = Object.values(buckets).reduce((total, some) => total + some, 0);
  if (count === 0) return undefined;
  const quantile = (share: number) => Math.round((toQuantile(buckets, share) ?? 0) * 10) / 10;
  return {
    count,
    meanMs: Math.round((sum / count) * 10) / 10,
    ...{ p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99) },
  };
}

/** What is counted as `{group}.{name}`, by name. */
export function namesUnder(group: string, counts: Counts): Record<string, number> {
  const found: Record<string, number> = {};
  const prefix = `${group}.`;
  for (const name in counts)
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = counts[name] ?? 0;
  return found;
}
