import { isDeepStrictEqual } from "node:util";
import { type Principal, requireAdmin } from "../access/principal.ts";
import type { ModelEntry } from "../api/models.ts";
import type { ConeaConfig, ModelConfig } from "../config/conea-config.ts";
import { findModelProblems } from "../config/find-model-problems.ts";
import { withOwnLine } from "../config/give-lines.ts";
import { OwnLimits } from "../config/limits.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { type Catalogue, findModel, type Models } from "./catalogue.ts";
import { type CatalogueDocument, withModels } from "./catalogue-document.ts";
import { changeCatalogue } from "./change-catalogue.ts";
import { findLineProblem } from "./find-line-problem.ts";
import { unknownModel } from "./unknown-model.ts";

/*
 * The models that administrators register over HTTP. They hold for every tenant, as the providers that serve them do. An
 * entry of conea.yaml is changed in that file alone.
 */

export type RegisterDeps = Pick<Platform, "documents" | "clock"> & {
  config: ConeaConfig;
  catalogue: Catalogue;
};

/** What one document holds with room to spare. */
const mostModels = 500;

/**
 * Registers a model, and resolves to how it stands in the catalogue; the same one once more changes nothing. Throws `invalid_request` when its entry names what is not
 * there, and `conflict` when there is another of that id.
 */
export async function createModel(
  deps: RegisterDeps,
  principal: Principal,
  { id, ...entered }: { id: string } & ModelEntry,
): Promise<ModelConfig> {
  requireAdmin(principal);
  const entry = toModelConfig(entered);
  await changeModels(deps, (stored) => {
    const { models } = stored;
    const known = findModel(deps.config.models, id) ?? findModel(models, id);
    if (known && isDeepStrictEqual(known, entry)) return undefined;
    if (known)
      throw conflict(`There is a model ${id} already; PUT replaces one that was registered over HTTP.`);
    if (Object.keys(models).length >= mostModels)
      throw conflict(`There are ${mostModels} registered models, which is the most.`);
    requireSound(deps, stored, id, entry);
    return { ...models, [id]: entry };
  });
  return withOwnLine(id, entry);
}

/**
 * Replaces a registered model's entry whole, and resolves to how it stands in the catalogue. What waits in a line that it has
 * no longer is worked off there. Throws `unknown_model`, `conflict` and `invalid_request`.
 */
export async function replaceModel(
  deps: RegisterDeps,
  principal: Principal,
  id: string,
  entered: ModelEntry,
): Promise<ModelConfig> {
  requireAdmin(principal);
  const entry = toModelConfig(entered);
  await changeModels(deps, (stored) => {
    requireRegistered(deps, stored.models, id);
    requireSound(deps, stored, id, entry);
    return { ...stored.models, [id]: entry };
  });
  return withOwnLine(id, entry);
}

/**
 * Takes a registered model out of the catalogue; what waits in its line is worked off there. Throws `unknown_model`, and
 * `conflict` while another falls back to it.
 */
export async function deleteModel(deps: RegisterDeps, principal: Principal, id: string): Promise<void> {
  requireAdmin(principal);
  await changeModels(deps, ({ models }) => {
    requireRegistered(deps, models, id);
    const { [id]: _, ...rest } = models;
    const users = Object.entries(rest).filter(([, { fallbacks }]) => fallbacks?.includes(id));
    if (users.length > 0)
      throw conflict(`The model ${id} is a fallback of ${users.map(([name]) => name).join(", ")}.`);
    return rest;
  });
}

/** `change` gives the models to keep, or nothing where they are right already. It may be asked several times. */
function changeModels(
  deps: RegisterDeps,
  change: (stored: CatalogueDocument) => CatalogueDocument["models"] | undefined,
): Promise<void> {
  return changeCatalogue(deps, (stored) => {
    const models = change(stored);
    return models && withModels(stored, models, toTime(deps.clock.now()));
  });
}

/** The wire's rates are written; the wire's schema has seen to it that they can be read. */
function toModelConfig({ limits, ...entry }: ModelEntry): ModelConfig {
  return limits ? { ...entry, limits: OwnLimits.parse(limits) } : entry;
}

function requireRegistered({ config }: RegisterDeps, models: Models, id: string): void {
  if (findModel(config.models, id))
    throw conflict(`The model ${id} is an entry of conea.yaml, and is changed there.`);
  if (!findModel(models, id)) throw unknownModel({ ...models, ...config.models }, id);
}

function requireSound(
  { config, catalogue }: RegisterDeps,
  stored: CatalogueDocument,
  id: string,
  entry: ModelConfig,
): void {
  const { configured } = catalogue;
  const all = { ...stored.models, ...config.models };
  const [problem = findLineProblem(id, entry, { stored, configured })] = findModelProblems(id, entry, {
    providers: configured,
    models: all,
  });
  if (!problem) return;
  const { field, message } = problem;
  throw new ConeaError("invalid_request", `The model ${id} is not sound: its ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}

function conflict(message: string): ConeaError {
  return new ConeaError("conflict", message);
}
