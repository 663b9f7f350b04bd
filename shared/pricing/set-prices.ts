import { isDeepStrictEqual } from "node:util";
import { type Principal, requireAdmin } from "../access/principal.ts";
import { ModelId } from "../api/models.ts";
import type { SetPrice, WhichPrice } from "../api/prices.ts";
import type { ModelConfig } from "../config/conea-config.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { PreconditionFailed, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Models } from "../routing/catalogue.ts";
import { unknownModel } from "../routing/unknown-model.ts";
import type { Prices } from "./create-prices.ts";
import type { SetRow } from "./find-price.ts";
import { type PriceDocument, pricePath } from "./price-document.ts";

/*
 * The prices that administrators set over HTTP. They hold for every tenant, as the models do whose calls they price.
 */

export type SetPriceDeps = Pick<Platform, "documents"> & {
  prices: Prices;
  catalogue: {
    read(): Promise<{ models: Models }>;
    find(id: string): Promise<ModelConfig | undefined>;
  };
};

const mostTries = 10;
const mostRows = 200;

/**
 * Sets what a model costs from a time on; the same once more changes nothing. Resolves to the row as it is kept. Throws
 * `forbidden`, `unknown_model`, `invalid_request` without any class, and `conflict` when there are too many.
 */
export async function setPrice(
  deps: SetPriceDeps,
  principal: Principal,
  modelId: string,
  { effectiveFrom, tier, ...price }: SetPrice,
): Promise<SetRow> {
  requireAdmin(principal);
  if (!(await deps.catalogue.find(modelId)))
    throw unknownModel((await deps.catalogue.read()).models, modelId);
  requireClass(price);
  const row: SetRow = { tier, effectiveFrom: toTime(Date.parse(effectiveFrom)), price };
  await changeRows(deps, modelId, (rows) => {
    const others = rows.filter((one) => !isSame(one, row));
    if (others.length >= mostRows)
      throw new ConeaError("conflict", `The model ${modelId} has ${mostRows} prices, which is the most.`);
    return rows.some((one) => isDeepStrictEqual(one, row)) ? undefined : [...others, row];
  });
  return row;
}

/**
 * Takes back prices of a model that were set over HTTP: those of a time or a tier, or all of them. What is not there is gone
 * already. Throws `forbidden`.
 */
export async function deletePrices(
  deps: SetPriceDeps,
  principal: Principal,
  modelId: string,
  { effectiveFrom, tier }: WhichPrice,
): Promise<void> {
  requireAdmin(principal);
  // What can be no model has no price, and may be no path of a document either.
  if (!ModelId.safeParse(modelId).success) return;
  const from = effectiveFrom === undefined ? undefined : toTime(Date.parse(effectiveFrom));
  await changeRows(deps, modelId, (rows) => {
    const isMeant = (row: SetRow) =>
      (from === undefined || row.effectiveFrom === from) && (tier === undefined || row.tier === tier);
    const rest = rows.filter((row) => !isMeant(row));
    return rest.length === rows.length ? undefined : rest;
  });
}

function isSame(a: SetRow, b: SetRow): boolean {
  return a.tier === b.tier && a.effectiveFrom === b.effectiveFrom;
}

function requireClass(price: object): void {
  if (Object.values(price).some((value) => value !== undefined)) return;
  throw new ConeaError("invalid_request", "A price must say what at least one class costs.", {
    fields: [{ field: "inputMicros", message: "or another class is missing" }],
  });
}

/** `change` gives the rows to keep, or nothing where they are right already. It may be asked several times. */
async function changeRows(
  { documents, prices }: SetPriceDeps,
  model: string,
  change: (rows: readonly SetRow[]) => SetRow[] | undefined,
): Promise<void> {
  const path = pricePath(model);
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await documents.get<PriceDocument>(path);
    const rows = change(snapshot?.data.rows ?? []);
    if (!rows) return;
    const data: PriceDocument = { model, rows };
    const write: Write = snapshot
      ? { op: "set", path, data, precondition: { updateTime: snapshot.updateTime } }
      : { op: "create", path, data };
    try {
      await documents.commit([write]);
      prices.forget();
      return;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
  throw new ConeaError("unavailable", "The prices are changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}
