import { distance } from "fastest-levenshtein";
import { ConeaError } from "../core/conea-error.ts";
import type { Models } from "./catalogue.ts";

export function unknownModel(models: Models, name: string): ConeaError {
  const near = nearNames(Object.keys(models), name);
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
