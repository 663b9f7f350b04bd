import { distance } from "fastest-levenshtein";
import type { TaskType } from "../api/task-type.ts";
import type { ConeaConfig, ProviderKind } from "../config/conea-config.ts";
import { ConeaError } from "../core/conea-error.ts";

/** What a kind of provider does without a model of the catalogue. */
const withoutModel: Partial<Record<ProviderKind, TaskType[]>> = { unsplash: ["image_search"] };

export type Chosen = { provider: string; model?: string };

/**
 * Which provider and model serve a request. Without a name: the first model of the type at the provider with the lowest
 * `priority`. Throws `unknown_model` (with near names) or `invalid_request`. Pure.
 */
export function chooseModel(config: ConeaConfig, type: TaskType, name: string | undefined): Chosen {
  if (name === undefined) return defaultFor(config, type);
  const model = Object.hasOwn(config.models, name) ? config.models[name] : undefined;
  if (!model) throw unknownModel(config, name);
  if (model.kinds.includes(type)) return { provider: model.provider, model: name };
  throw new ConeaError("invalid_request", `The model ${name} does ${model.kinds.join(", ")}, not ${type}.`, {
    fields: [{ field: "model", message: `does not do ${type}` }],
  });
}

function defaultFor(config: ConeaConfig, type: TaskType): Chosen {
  const byModel = Object.entries(config.models)
    .filter(([, { kinds }]) => kinds.includes(type))
    .map(([model, { provider }]): Chosen => ({ provider, model }));
  const byKind = Object.entries(config.providers)
    .filter(([, { kind }]) => withoutModel[kind]?.includes(type))
    .map(([provider]): Chosen => ({ provider }));
  const priorityOf = ({ provider }: Chosen) =>
    config.providers[provider]?.priority ?? Number.POSITIVE_INFINITY;
  const [best] = [...byModel, ...byKind].toSorted((a, b) => priorityOf(a) - priorityOf(b));
  if (best) return best;
  throw new ConeaError(
    "invalid_request",
    `No provider is configured that does ${type}; add one to conea.yaml.`,
    {
      fields: [{ field: "type", message: "no configured provider does this" }],
    },
  );
}

export function unknownModel(config: ConeaConfig, name: string): ConeaError {
  const near = nearNames(Object.keys(config.models), name);
  const hint =
    near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : " GET /v1/models lists what there is.";
  return new ConeaError("unknown_model", `There is no model ${JSON.stringify(name)}.${hint}`);
}

/** Up to three names that differ from `name` in at most half of its letters, or contain it; the nearest first. */
function nearNames(names: string[], name: string): string[] {
  const wanted = name.toLowerCase();
  return names
    .map((candidate) => ({ candidate, away: distance(candidate.toLowerCase(), wanted) }))
    .filter(({ candidate, away }) => away <= wanted.length / 2 || candidate.toLowerCase().includes(wanted))
    .toSorted((a, b) => a.away - b.away)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
