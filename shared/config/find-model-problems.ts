import type { ConeaConfig, ModelConfig } from "./conea-config.ts";

export type ModelProblem = { field: "provider" | "fallbacks"; message: string };

/** What an entry of the catalogue names that is not there, or cannot do what it does. */
export function findModelProblems(
  id: string,
  { provider, fallbacks = [], kinds }: ModelConfig,
  { providers, models }: Pick<ConeaConfig, "providers"> & { models: Record<string, ModelConfig> },
): ModelProblem[] {
  const problems: ModelProblem[] = [];
  if (!Object.hasOwn(providers, provider)) {
    problems.push({ field: "provider", message: `names "${provider}", which is not among the providers` });
  }
  for (const name of fallbacks) {
    const message = toFallbackProblem(
      id,
      name,
      kinds,
      Object.hasOwn(models, name) ? models[name] : undefined,
    );
    if (message) problems.push({ field: "fallbacks", message });
  }
  return problems;
}

function toFallbackProblem(
  id: string,
  name: string,
  kinds: ModelConfig["kinds"],
  fallback: ModelConfig | undefined,
): string | undefined {
  if (name === id) return "names the model itself";
  if (!fallback) return `names "${name}", which is not among the models`;
  if (kinds.some((kind) => fallback.kinds.includes(kind))) return undefined;
  return `names "${name}", which does ${fallback.kinds.join(", ")} and not ${kinds.join(", ")}`;
}
