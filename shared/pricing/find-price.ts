import type { ModelPrice } from "../api/model-price.ts";
import type { Price, PriceTier } from "../api/prices.ts";
import type { ProviderKind } from "../config/conea-config.ts";

/** A price that Conea ships: of a vendor's own models, by the vendor's names. */
export type ShippedPrice = {
  kind: ProviderKind;
  names: readonly string[];
  tier: PriceTier;
  /** A day; from midnight UTC. */
  effectiveFrom: string;
  price: ModelPrice;
  source: string;
  readOn: string;
};

/** A price that was set over HTTP. */
export type SetRow = { tier: PriceTier; effectiveFrom: string; price: ModelPrice };

export type PriceBook = {
  /** By the catalogue's id of the model. */
  rows: ReadonlyMap<string, readonly SetRow[]>;
  shipped: readonly ShippedPrice[];
};

export type PriceQuestion = {
  /** The catalogue's id, and what its entry says of the price. */
  model: string | undefined;
  catalogued?: ModelPrice | undefined;
  /** The vendor; `undefined` for another server that speaks its protocol, whose prices are its own. */
  kind: ProviderKind | undefined;
  /** The vendor's name of the model; empty for vendors without models. */
  name: string;
  /** Epoch ms: when the call starts. */
  at: number;
  tier: PriceTier;
};

export type FoundPrice = Pick<Price, "origin" | "effectiveFrom" | "price" | "source" | "readOn">;

/**
 * What a call costs: by the price that was set over HTTP, else by the catalogue's entry, else by what Conea ships; of several
 * the latest that was in force when the call started. `undefined`: it is not known. Pure.
 */
export function findPrice(book: PriceBook, question: PriceQuestion): FoundPrice | undefined {
  const { model, catalogued, tier, at } = question;
  const row = latest(model === undefined ? [] : (book.rows.get(model) ?? []), tier, at);
  if (row) return { origin: "api", effectiveFrom: row.effectiveFrom, price: row.price };
  // An entry says what a call costs as it is made by default.
  if (catalogued && tier === "standard") return { origin: "catalogue", price: catalogued };
  const shipped = latest(shippedFor(book, question), tier, at);
  if (!shipped) return undefined;
  const { effectiveFrom, price, source, readOn } = shipped;
  return { origin: "book", effectiveFrom, price, source, readOn };
}

/** All that Conea ships for a model, of whatever time and tier. */
export function shippedFor({ shipped }: PriceBook, { kind, name }: Pick<PriceQuestion, "kind" | "name">) {
  return kind === undefined ? [] : shipped.filter((row) => row.kind === kind && row.names.includes(name));
}

function latest<T extends { tier: PriceTier; effectiveFrom: string }>(
  rows: readonly T[],
  tier: PriceTier,
  at: number,
): T | undefined {
  return rows
    .filter((row) => row.tier === tier && Date.parse(row.effectiveFrom) <= at)
    .toSorted((a, b) => Date.parse(a.effectiveFrom) - Date.parse(b.effectiveFrom))
    .at(-1);
}
