import { anthropicPrices } from "./anthropic-prices.ts";
import type { ShippedPrice } from "./find-price.ts";
import { geminiPrices } from "./gemini-prices.ts";
import { openaiPrices } from "./openai-prices.ts";

/** Nothing is charged for a search, nor for telling of a download. */
const unsplash: ShippedPrice = {
  kind: "unsplash",
  names: [""],
  tier: "standard",
  effectiveFrom: "2020-01-01",
  price: { requestMicros: 0 },
  source: "https://unsplash.com/documentation",
  readOn: "2026-11-26",
};

/**
 * What the vendors' own models cost, one row per price: a new one is added with the day from which it holds, and none is
 * changed (docs/decisions/0043-what-a-call-costs.md says where they come from).
 */
export const shippedPrices: readonly ShippedPrice[] = [
  ...openaiPrices,
  ...anthropicPrices,
  ...geminiPrices,
  unsplash,
];
