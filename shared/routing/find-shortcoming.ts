import { type AbilityName, abilityNames } from "../api/models.ts";
import type { RouteRequirements } from "../api/route.ts";
import type { ModelConfig } from "../config/conea-config.ts";
import { estimateMicros, type RequestNeeds } from "./request-needs.ts";

/** How an ability is called in a sentence. */
const words: Record<AbilityName, string> = {
  tools: "tools",
  jsonSchema: "JSON schema",
  prefill: "prefill",
  seed: "seed",
};

/** What a model is not known to satisfy of a route's requirements, in a few words; `undefined` when it satisfies all. Pure. */
export function findUnmet(
  { abilities, contextTokens, modalities, price }: ModelConfig,
  require: RouteRequirements,
  needs: RequestNeeds,
): string | undefined {
  const ability = abilityNames.find((name) => require[name] && !abilities?.[name]);
  if (ability) return `lacks ${words[ability]}`;
  if (require.contextTokens !== undefined && (contextTokens ?? 0) < require.contextTokens)
    return contextTokens ? `has a context of ${contextTokens} tokens` : "has no known context";
  const modality = require.modalities?.find((one) => one !== "text" && !modalities?.includes(one));
  if (modality) return `lacks ${modality} input`;
  if (require.maxMicros === undefined) return undefined;
  const micros = estimateMicros(price, needs);
  if (micros === undefined) return "has no known price";
  return micros > require.maxMicros ? `would cost about ${micros} micro-dollars` : undefined;
}

/** What a model is known to lack of what a request needs by itself. What is not known of it may be tried. Pure. */
export function findLack(
  { abilities, contextTokens, modalities }: ModelConfig,
  needs: RequestNeeds,
): string | undefined {
  if (needs.tools && abilities?.tools === false) return "lacks tools";
  if (needs.jsonSchema && abilities?.jsonSchema === false) return "lacks JSON schema";
  const modality = modalities && needs.modalities.find((one) => !modalities.includes(one));
  if (modality) return `lacks ${modality} input`;
  // The estimate is on the safe side by as much as this.
  return contextTokens !== undefined && needs.read / 2 > contextTokens
    ? `has a context of ${contextTokens} tokens`
    : undefined;
}
