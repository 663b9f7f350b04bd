import type { ConeaConfig, ProviderConfig, ProviderKind } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import { guardStart } from "./call-permit.ts";
import type { OpenProvider, Provider, ProviderDirectory, ProviderOptions } from "./provider.ts";
import { ProviderError } from "./provider-error.ts";

type Create = (options: ProviderOptions) => Provider;

/** Each kind's code is loaded when its first provider is opened, and its SDK with it: a call that may start then starts. */
const kinds: Record<ProviderKind, () => Promise<Create>> = {
  openai: () =>
    load(import("./openai/open-client.ts"), async () => (await import("./openai/openai.ts")).createOpenAi),
  anthropic: () =>
    load(
      import("./anthropic/open-client.ts"),
      async () => (await import("./anthropic/anthropic.ts")).createAnthropic,
    ),
  gemini: () =>
    load(import("./gemini/open-client.ts"), async () => (await import("./gemini/gemini.ts")).createGemini),
  unsplash: () =>
    load(
      import("./unsplash/open-client.ts"),
      async () => (await import("./unsplash/unsplash.ts")).createUnsplash,
    ),
};

async function load(
  sdk: Promise<{ loadSdk: () => Promise<unknown> }>,
  code: () => Promise<Create>,
): Promise<Create> {
  const [create] = await Promise.all([code(), sdk.then(({ loadSdk }) => loadSdk())]);
  return create;
}

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
  const guarded = guardStart(fetch);
  const opened = new Map<string, { apiKey: string; provider: Promise<Provider> }>();

  function openWith(
    id: string,
    provider: ProviderConfig,
    apiKey: string,
    baseUrl?: string,
  ): Promise<Provider> {
    const known = opened.get(id);
    if (known?.apiKey === apiKey) return known.provider;
    const { kind, appName } = provider;
    const options = { apiKey, fetch: guarded, ...(baseUrl && { baseUrl }), ...(appName && { appName }) };
    const created = kinds[kind]().then((create) => create(options));
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
