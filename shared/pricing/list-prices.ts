import type { Price, PricePage, PriceTier } from "../api/prices.ts";
import type { ConeaConfig, ModelConfig } from "../config/conea-config.ts";
import { toTime } from "../core/clock.ts";
import type { Models } from "../routing/catalogue.ts";
import { toQuestion } from "./create-prices.ts";
import { findPrice, type PriceBook, type PriceQuestion, shippedFor } from "./find-price.ts";

type World = Pick<ConeaConfig, "providers"> & { models: Models; book: PriceBook; now: number };

/** All that is known of what the catalogue's models cost, which of it is in force, and of which nothing is. Pure. */
export function listPrices(world: World): PricePage {
  const models = Object.entries(world.models);
  const unknown = models.filter(([id, entry]) => !findPrice(world.book, ask(world, id, entry)));
  return {
    items: models.flatMap(([id, entry]) => pricesOf(world, id, entry)),
    unknown: unknown.map(([id]) => id),
  };
}

/** Of one model, the latest first; what counts before the rest comes first among those of a time. */
export function pricesOf(world: World, id: string, entry: ModelConfig): Price[] {
  const { book } = world;
  const question = ask(world, id, entry);
  const known = [
    ...(book.rows.get(id) ?? []).map((row) => ({ ...row, origin: "api" as const })),
    ...(entry.price ? [{ tier: "standard" as const, price: entry.price, origin: "catalogue" as const }] : []),
    ...shippedFor(book, question).map(({ tier, effectiveFrom, price, source, readOn }) => ({
      ...{ tier, effectiveFrom, price, source, readOn },
      origin: "book" as const,
    })),
  ];
  return known.map((one): Price => {
    const { effectiveFrom } = one as { effectiveFrom?: string };
    return {
      model: id,
      ...one,
      ...(effectiveFrom !== undefined && { effectiveFrom: toTime(Date.parse(effectiveFrom)) }),
      inForce: isInForce(world, { ...question, tier: one.tier }, one),
    };
  });
}

function isInForce(
  { book }: World,
  question: PriceQuestion,
  one: { origin: Price["origin"]; effectiveFrom?: string },
): boolean {
  const found = findPrice(book, question);
  return found?.origin === one.origin && found.effectiveFrom === one.effectiveFrom;
}

function ask(
  { providers, now }: World,
  model: string,
  entry: ModelConfig,
  tier: PriceTier = "standard",
): PriceQuestion {
  return toQuestion({ providers }, { provider: entry.provider, model, at: now, tier }, entry);
}
