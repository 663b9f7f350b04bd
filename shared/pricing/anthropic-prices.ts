import type { ShippedPrice } from "./find-price.ts";
import { atHalf, type InDollars, inDollars } from "./in-dollars.ts";

const source = "https://platform.claude.com/docs/en/about-claude/pricing";

type Above = { tokens: number; price: InDollars };

/** The cache is written for five minutes. Batches cost half, from the cache too. */
function model(names: string[], effectiveFrom: string, price: InDollars, above?: Above): ShippedPrice[] {
  const common = { kind: "anthropic", names, effectiveFrom, source, readOn: "2026-10-24" } as const;
  const prices = inDollars(price, above);
  return [
    { ...common, tier: "standard", price: prices },
    { ...common, tier: "batch", price: atHalf(prices) },
  ];
}

const opus = { input: 5, cached: 0.5, cacheWrite: 6.25, output: 25 };
const sonnet4 = { input: 3, cached: 0.3, cacheWrite: 3.75, output: 15 };

export const anthropicPrices: readonly ShippedPrice[] = [
  ...model(["claude-fable-5-1"], "2026-09-01", { input: 10, cached: 0.25, cacheWrite: 12.5, output: 50 }),
  ...model(["claude-opus-5-5"], "2026-09-22", { input: 4, cached: 0.2, cacheWrite: 5, output: 20 }),
  ...model(["claude-sonnet-5-5"], "2026-09-28", { input: 2, cached: 0.2, cacheWrite: 2.5, output: 10 }),
  ...model(["claude-sonnet-5-5"], "2026-10-07", { input: 2, cached: 0.1, cacheWrite: 2.5, output: 10 }),
  ...model(
    ["claude-haiku-5-5"],
    "2026-10-07",
    { input: 0.1, cached: 0.01, cacheWrite: 0.125, output: 0.5 },
    { tokens: 100_000, price: { input: 0.5, cached: 0.05, cacheWrite: 0.625, output: 2.5 } },
  ),
  ...model(["claude-opus-5"], "2026-07-24", opus),
  ...model(["claude-sonnet-5"], "2026-06-30", { input: 2, cached: 0.2, cacheWrite: 2.5, output: 10 }),
  ...model(
    ["claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5", "claude-opus-4-5-20251101"],
    "2026-07-26",
    opus,
  ),
  ...model(["claude-sonnet-4-6", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"], "2026-07-26", sonnet4),
  ...model(["claude-haiku-4-5", "claude-haiku-4-5-20251001"], "2026-07-26", {
    input: 1,
    cached: 0.1,
    cacheWrite: 1.25,
    output: 5,
  }),
];
