import type { ShippedPrice } from "./find-price.ts";
import { type InDollars, inDollars } from "./in-dollars.ts";

const source = "https://ai.google.dev/gemini-api/docs/pricing";
const readOn = "2026-10-07";

type Above = { tokens: number; price: InDollars };

/** Of what comes from the cache only some prices could be read: the others are not known. */
function model(name: string, effectiveFrom: string, price: InDollars, above?: Above): ShippedPrice {
  const common = { kind: "gemini", tier: "standard", names: [name], source, readOn } as const;
  return { ...common, effectiveFrom, price: inDollars(price, above) };
}

export const geminiPrices: readonly ShippedPrice[] = [
  model("gemini-3.8-flash", "2026-09-02", { input: 0.75, cached: 0.075, audio: 0.75, output: 3.75 }),
  // Half price ends with the year.
  model("gemini-3.8-flash", "2027-01-01", { input: 1.5, audio: 1.5, output: 7.5 }),
  model("gemini-3.5-flash", readOn, { input: 1.5, audio: 1.5, output: 9 }),
  model("gemini-3.5-flash-lite", readOn, { input: 0.3, audio: 0.3, output: 2.5 }),
  model(
    "gemini-3.1-pro-preview",
    readOn,
    { input: 2, output: 12 },
    { tokens: 200_000, price: { input: 4, output: 18 } },
  ),
  model("gemini-embedding-001", "2025-07-14", { input: 0.15 }),
];
