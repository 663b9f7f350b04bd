import type { ConeaConfig, ProviderConfig, ProviderKind } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import type { OpenProvider, Provider, ProviderDirectory, ProviderOptions } from "./provider.ts";
import { ProviderError } from "./provider-error.ts";

/** Each kind's code is loaded when the first provider of that kind is called. */
const kinds: Record<ProviderKind, (options: ProviderOptions) => Promise<Provider>> = {
  openai: async (options) => (await import("./openai/openai.ts")).createOpenAi(options),
  anthropic: async (options) => (await import("./anthropic/anthropic.ts")).createAnthropic(options),
  gemini: async (options) => (await import("./gemini/gemini.ts")).createGemini(options),
  unsplash: async (options) => (await import("./unsplash/unsplash.ts")).createUnsplash(options),
};

export type DirectoryOptions = Pick<Platform, "secrets" | "fetch"> & {
  config: ConeaConfig;
  /** Providers played on this machine: where each is found. They need no key. */
  rehearsal?: ReadonlyMap<string, () => Promise<string>>;
};

/** Opens the configured providers, each once for as long as its key stays the same. */
export function createProviderDirectory({
  config,
  secrets,
  fetch,
  rehearsal,
}: DirectoryOptions): ProviderDirectory {
  const opened = new Map<string, { apiKey: string; provider: Promise<Provider> }>();

  async function openWith(
    id: string,
    provider: ProviderConfig,
    apiKey: string,
    baseUrl?: string,
  ): Promise<Provider> {
    const known = opened.get(id);
    if (known?.apiKey === apiKey) return known.provider;
    const { kind, appName } = provider;
    const created = kinds[kind]({ apiKey, fetch, ...(baseUrl && { baseUrl }), ...(appName && { appName }) });
    opened.set(id, { apiKey, provider: created });
    return created;
  }

  return {
    async open(id): Promise<OpenProvider> {
      const provider = config.providers[id];
      if (!provider) throw new ProviderError("model_not_found");
      const rehearse = rehearsal?.get(id);
      if (rehearse) {
        return { provider: await openWith(id, provider, "rehearsal", await rehearse()), simulated: true };
      }
      const apiKey = await secrets.get(provider.apiKey);
      if (apiKey === undefined) throw new ProviderError("authentication");
      return { provider: await openWith(id, provider, apiKey, provider.baseUrl), simulated: false };
    },
  };
}
