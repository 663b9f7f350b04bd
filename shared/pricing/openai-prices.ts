import type { ModelPrice } from "../api/model-price.ts";
import type { ShippedPrice } from "./find-price.ts";
import { atHalf, type InDollars, inDollars } from "./in-dollars.ts";

const page = "https://developers.openai.com/api/docs/pricing";
/** From here on a call costs more, output included. */
const longTokens = 272_000;

type Row = Pick<ShippedPrice, "names" | "effectiveFrom" | "readOn"> & { source?: string };

function row({ source = page, ...rest }: Row, price: ModelPrice, tier: ShippedPrice["tier"] = "standard") {
  return { kind: "openai", tier, source, price, ...rest } satisfies ShippedPrice;
}

/** A chat model, also in batches, which cost half. `long` is not known where it is absent. */
function chat(facts: Row, price: InDollars, long: InDollars = {}): ShippedPrice[] {
  const prices = inDollars(price, { tokens: longTokens, price: long });
  return [row(facts, prices), row(facts, atHalf(prices), "batch")];
}

/** One whose context ends where others become dearer. */
function smallChat(facts: Row, price: InDollars): ShippedPrice[] {
  const prices = inDollars(price);
  return [row(facts, prices), row(facts, atHalf(prices), "batch")];
}

const gpt55 = ["gpt-5.5", "gpt-5.5-2026-04-23"];
const gpt54mini = ["gpt-5.4-mini", "gpt-5.4-mini-2026-03-17"];

export const openaiPrices: readonly ShippedPrice[] = [
  ...chat(
    { names: ["gpt-6.1-sol"], effectiveFrom: "2026-09-29", readOn: "2026-10-01" },
    { input: 2, cached: 0.1, cacheWrite: 2.5, output: 10 },
  ),
  ...chat(
    { names: ["gpt-6-sol"], effectiveFrom: "2026-09-22", readOn: "2026-09-23" },
    { input: 2, cached: 0.2, cacheWrite: 2.5, output: 10 },
  ),
  ...chat(
    { names: ["gpt-6-luna"], effectiveFrom: "2026-09-22", readOn: "2026-09-23" },
    { input: 0.1, cached: 0.01, cacheWrite: 0.125, output: 0.5 },
  ),
  ...chat(
    { names: ["gpt-6-astra"], effectiveFrom: "2026-09-03", readOn: "2026-09-07" },
    { input: 10, cached: 1, cacheWrite: 12.5, output: 50 },
  ),
  ...chat(
    { names: ["gpt-5.6-sol"], effectiveFrom: "2026-07-09", readOn: "2026-07-10" },
    { input: 5, cached: 0.5, cacheWrite: 6.25, output: 30 },
    { input: 10, cached: 1, cacheWrite: 12.5, output: 45 },
  ),
  ...chat(
    { names: ["gpt-5.6-sol"], effectiveFrom: "2026-08-21", readOn: "2026-08-25" },
    { input: 4, cached: 0.4, output: 20 },
  ),
  ...chat(
    { names: ["gpt-5.6-terra"], effectiveFrom: "2026-07-09", readOn: "2026-07-10" },
    { input: 2.5, cached: 0.25, output: 15 },
  ),
  ...chat(
    { names: ["gpt-5.6-terra"], effectiveFrom: "2026-07-30", readOn: "2026-09-07" },
    { input: 2, cached: 0.2, cacheWrite: 2.5, output: 12 },
    { input: 4, cached: 0.4, cacheWrite: 5, output: 18 },
  ),
  ...chat(
    { names: ["gpt-5.6-luna"], effectiveFrom: "2026-07-09", readOn: "2026-07-10" },
    { input: 1, cached: 0.1, output: 6 },
  ),
  ...chat(
    { names: ["gpt-5.6-luna"], effectiveFrom: "2026-07-30", readOn: "2026-09-07" },
    { input: 0.2, cached: 0.02, cacheWrite: 0.25, output: 1.2 },
    { input: 0.4, cached: 0.04, cacheWrite: 0.5, output: 1.8 },
  ),
  ...chat(
    { names: gpt55, effectiveFrom: "2026-04-23", readOn: "2026-05-04" },
    { input: 5, cached: 0.5, output: 30 },
    { input: 10, cached: 1, output: 45 },
  ),
  ...chat(
    { names: ["gpt-5.4", "gpt-5.4-2026-03-05"], effectiveFrom: "2026-03-05", readOn: "2026-05-04" },
    { input: 2.5, cached: 0.25, output: 15 },
  ),
  ...smallChat(
    { names: gpt54mini, effectiveFrom: "2026-03-17", readOn: "2026-05-04" },
    { input: 0.75, cached: 0.075, output: 4.5 },
  ),
  row(
    {
      names: gpt54mini,
      effectiveFrom: "2026-03-17",
      readOn: "2026-11-26",
      source: "https://openai.com/api-priority-processing/",
    },
    inDollars({ input: 1.5, cached: 0.15, output: 9 }),
    "priority",
  ),
  ...smallChat(
    { names: ["gpt-5.4-nano", "gpt-5.4-nano-2026-03-17"], effectiveFrom: "2026-03-17", readOn: "2026-05-04" },
    { input: 0.2, cached: 0.02, output: 1.25 },
  ),
  row(
    { names: ["gpt-3.5-turbo-instruct"], effectiveFrom: "2024-01-01", readOn: "2026-11-26" },
    inDollars({ input: 1.5, output: 2 }),
  ),
  row(
    { names: ["text-embedding-3-small"], effectiveFrom: "2024-01-25", readOn: "2026-09-18" },
    inDollars({ input: 0.02 }),
  ),
  row(
    { names: ["text-embedding-3-large"], effectiveFrom: "2024-01-25", readOn: "2026-11-26" },
    inDollars({ input: 0.13 }),
  ),
  row(
    { names: ["gpt-image-2", "gpt-image-2-2026-04-21"], effectiveFrom: "2026-04-21", readOn: "2026-11-26" },
    inDollars({ input: 5, cached: 1.25, image: 8, output: 10, imageOutput: 30 }),
  ),
  // gpt-4o-mini-tts is charged by tokens that its answer, bare audio, does not tell: what it costs stays unknown.
  row(
    { names: ["tts-1"], effectiveFrom: "2024-01-01", readOn: "2026-11-26" },
    { characterMicros: 15_000_000 },
  ),
  row(
    { names: ["tts-1-hd"], effectiveFrom: "2024-01-01", readOn: "2026-11-26" },
    { characterMicros: 30_000_000 },
  ),
  row({ names: ["whisper-1"], effectiveFrom: "2024-01-01", readOn: "2026-11-26" }, { secondMicros: 100 }),
  row(
    {
      names: ["gpt-transcribe"],
      effectiveFrom: "2026-08-01",
      readOn: "2026-11-26",
      source: "https://developers.openai.com/api/docs/models/gpt-transcribe",
    },
    { secondMicros: 75 },
  ),
];
