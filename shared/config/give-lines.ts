import type { ModelConfig, ProviderConfig } from "./conea-config.ts";

type Catalogue = { providers: Record<string, ProviderConfig>; models: Record<string, ModelConfig> };

/** What an id of a queue may have. */
const longestId = 63;

/** The line of a model that has limits of its own: the queue's id, under which it stands like a provider. */
export function toLineId(provider: string, model: string): string {
  const name = model.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${provider}-${name}`.slice(0, longestId).replace(/-+$/, "");
}

/** A model as it stands in the catalogue: where it has limits of its own, its provider is its line. */
export function withOwnLine<T extends ModelConfig>(id: string, model: T): T {
  const { provider, limits } = model;
  return limits ? { ...model, provider: toLineId(provider, id), account: provider } : model;
}

/** The models whose line could not be told from another's, with what it would be called. */
export function findSameLines({ providers, models }: Catalogue): { model: string; line: string }[] {
  const seen = new Set(Object.keys(providers));
  return Object.entries(models).flatMap(([model, { provider, limits }]) => {
    if (!limits) return [];
    const line = toLineId(provider, model);
    const isTaken = seen.has(line);
    seen.add(line);
    return isTaken ? [{ model, line }] : [];
  });
}

/**
 * The same with a line for each model that has limits of its own: an entry among the providers with the account's key and
 * timeouts and the model's limits. So it has a queue, a limiter and a breaker like any other.
 */
export function giveLines<T extends Catalogue>(config: T): T {
  const own = Object.entries(config.models).filter(([, { limits }]) => limits);
  if (own.length === 0) return config;
  const lines = own.flatMap(([model, { provider, limits }]) => {
    const account = config.providers[provider];
    return account && limits ? [[toLineId(provider, model), { ...account, limits }] as const] : [];
  });
  const models = own.map(([id, model]) => [id, withOwnLine(id, model)] as const);
  return {
    ...config,
    providers: { ...config.providers, ...Object.fromEntries(lines) },
    models: { ...config.models, ...Object.fromEntries(models) },
  };
}
