import type { DocumentPath } from "../platform/documents.ts";
import type { SetRow } from "./find-price.ts";

/** `prices/{modelId}`: the prices of one model that were set over HTTP, in no order. */
export type PriceDocument = { model: string; rows: SetRow[] };

export const pricesCollection = "prices";

export function pricePath(modelId: string): DocumentPath {
  return `${pricesCollection}/${modelId}`;
}
