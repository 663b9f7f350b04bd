import type { ConeaConfig, ModelConfig } from "../config/conea-config.ts";
import { findModel, type Models } from "../routing/catalogue.ts";
import { findAtProvider, mostCandidates } from "../routing/choose-route.ts";

/**
 * Who may sum up a conversation that goes to a model: the chat models of the same provider, since nobody else was to see it.
 * None where it is not known which model that is: then the summary takes the conversation's own way. Pure.
 */
export function findSummaryModels(
  { models, providers }: { models: Models } & Pick<ConeaConfig, "providers">,
  name: string | undefined,
): string[] {
  const id = name === undefined || findModel(models, name) ? name : findAtProvider(models, name);
  const entry = id === undefined ? undefined : findModel(models, id);
  if (!entry || !Object.hasOwn(providers, entry.provider)) return [];
  return Object.entries(models)
    .filter(([, model]) => toAccount(model) === toAccount(entry) && model.kinds.includes("chat"))
    .map(([model]) => model)
    .slice(0, mostCandidates);
}

/** A model with a line of its own is of the account that it was configured with. */
function toAccount({ account, provider }: ModelConfig): string {
  return account ?? provider;
}
