import type { ModelConfig, ProviderConfig } from "../config/conea-config.ts";
import { toLineId } from "../config/give-lines.ts";
import type { DocumentPath } from "../platform/documents.ts";

/** The line of a registered model that has limits of its own, and what calls from it must know of that model. */
export type Line = {
  /** The provider whose key it uses. */
  account: string;
  limits: ProviderConfig["limits"];
  model: string;
  /** The vendor's name for the model; its id where absent. */
  name?: string;
};

/** A line that no model has any more: it was deleted, or its limits or its provider changed. */
export type RetiredLine = Line & { retiredAt: string };

/** `catalogue/models`: the models that were registered over HTTP, as they were, and retired lines, by id: all in one document. */
export type CatalogueDocument = {
  models: Record<string, ModelConfig>;
  retired?: Record<string, RetiredLine>;
};

export const cataloguePath: DocumentPath = "catalogue/models";

/** All lines by id. Pure. */
export function linesOf({ models, retired = {} }: CatalogueDocument): Record<string, Line | RetiredLine> {
  return { ...retired, ...activeLines(models) };
}

/** The catalogue with other models: a line that none of these has is retired, one that any has is not. Pure. */
export function withModels(
  stored: CatalogueDocument,
  models: CatalogueDocument["models"],
  now: string,
): CatalogueDocument {
  const active = activeLines(models);
  const retired = Object.entries(linesOf(stored))
    .filter(([id]) => !Object.hasOwn(active, id))
    .map(([id, line]) => [id, { retiredAt: now, ...line }] as const);
  return { models, ...(retired.length > 0 && { retired: Object.fromEntries(retired) }) };
}

function activeLines(models: CatalogueDocument["models"]): Record<string, Line> {
  const lines = Object.entries(models).flatMap(([model, { provider: account, limits, name }]) =>
    limits
      ? [[toLineId(account, model), { account, limits, model, ...(name !== undefined && { name }) }] as const]
      : [],
  );
  return Object.fromEntries(lines);
}
