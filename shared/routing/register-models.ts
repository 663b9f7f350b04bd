import { isDeepStrictEqual } from "node:util";
import { type Principal, requireAdmin } from "../access/principal.ts";
import type { ModelEntry } from "../api/models.ts";
import type { ConeaConfig, ModelConfig } from "../config/conea-config.ts";
import { findModelProblems } from "../config/find-model-problems.ts";
import { ConeaError } from "../core/conea-error.ts";
import { PreconditionFailed, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import {
  type Catalogue,
  type CatalogueDocument,
  cataloguePath,
  findModel,
  type Models,
} from "./catalogue.ts";
import { unknownModel } from "./unknown-model.ts";

/*
 * The models that administrators register over HTTP. They hold for every tenant, as the providers that serve them do. An
 * entry of conea.yaml is changed in that file alone.
 */

export type RegisterDeps = Pick<Platform, "documents"> & { config: ConeaConfig; catalogue: Catalogue };

const mostTries = 10;
/** What one document holds with room to spare. */
const mostModels = 500;

/**
 * Registers a model; the same one once more changes nothing. Throws `invalid_request` when its entry names what is not
 * there, and `conflict` when there is another of that id.
 */
export async function createModel(
  deps: RegisterDeps,
  principal: Principal,
  { id, ...entry }: { id: string } & ModelEntry,
): Promise<void> {
  requireAdmin(principal);
  await changeModels(deps, (models) => {
    const known = findModel(deps.config.models, id) ?? findModel(models, id);
    if (known && isDeepStrictEqual(known, entry)) return undefined;
    if (known)
      throw conflict(`There is a model ${id} already; PUT replaces one that was registered over HTTP.`);
    if (Object.keys(models).length >= mostModels)
      throw conflict(`There are ${mostModels} registered models, which is the most.`);
    requireSound(deps, models, id, entry);
    return { ...models, [id]: entry };
  });
}

/** Replaces a registered model's entry whole. Throws `unknown_model`, `conflict` and `invalid_request`. */
export async function replaceModel(
  deps: RegisterDeps,
  principal: Principal,
  id: string,
  entry: ModelEntry,
): Promise<void> {
  requireAdmin(principal);
  await changeModels(deps, (models) => {
    requireRegistered(deps, models, id);
    requireSound(deps, models, id, entry);
    return { ...models, [id]: entry };
  });
}

/** Takes a registered model out of the catalogue. Throws `unknown_model`, and `conflict` while another falls back to it. */
export async function deleteModel(deps: RegisterDeps, principal: Principal, id: string): Promise<void> {
  requireAdmin(principal);
  await changeModels(deps, (models) => {
    requireRegistered(deps, models, id);
    const { [id]: _, ...rest } = models;
    const users = Object.entries(rest).filter(([, { fallbacks }]) => fallbacks?.includes(id));
    if (users.length > 0)
      throw conflict(`The model ${id} is a fallback of ${users.map(([name]) => name).join(", ")}.`);
    return rest;
  });
}

/** `change` gives the models to keep, or nothing where they are right already. It may be asked several times. */
async function changeModels(
  { documents, catalogue }: RegisterDeps,
  change: (models: Record<string, ModelConfig>) => Record<string, ModelConfig> | undefined,
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await documents.get<CatalogueDocument>(cataloguePath);
    const models = change(snapshot?.data.models ?? {});
    if (!models) return;
    const data: CatalogueDocument = { models };
    const write: Write = snapshot
      ? { op: "set", path: cataloguePath, data, precondition: { updateTime: snapshot.updateTime } }
      : { op: "create", path: cataloguePath, data };
    try {
      await documents.commit([write]);
      catalogue.forget();
      return;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
  throw new ConeaError("unavailable", "The catalogue is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function requireRegistered({ config }: RegisterDeps, models: Models, id: string): void {
  if (findModel(config.models, id))
    throw conflict(`The model ${id} is an entry of conea.yaml, and is changed there.`);
  if (!findModel(models, id)) throw unknownModel({ ...models, ...config.models }, id);
}

function requireSound({ config }: RegisterDeps, models: Models, id: string, entry: ModelEntry): void {
  const { providers } = config;
  const all = { ...models, ...config.models };
  const [problem] = findModelProblems(id, entry, { providers, models: all });
  if (!problem) return;
  const { field, message } = problem;
  throw new ConeaError("invalid_request", `The model ${id} is not sound: its ${field} ${message}.`, {
    fields: [{ field, message }],
  });
}

function conflict(message: string): ConeaError {
  return new ConeaError("conflict", message);
}
