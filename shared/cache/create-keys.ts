import type { ConeaConfig } from "../config/conea-config.ts";
import type { Catalogue } from "../routing/catalogue.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { type CacheKey, toCacheKey } from "./cache-key.ts";
import { toCatalogueVersion } from "./to-catalogue-version.ts";

export type KeyDeps = {
  config: ConeaConfig;
  catalogue: Pick<Catalogue, "find">;
  isSimulated: (providerId: string) => boolean;
};

/** Keys of what a task asks, by the digests of its questions, in order. */
export type Keys = (task: TaskDocument, digests: string[]) => Promise<CacheKey[]>;

/** By who serves a task now: what another candidate answers after a failover is kept under that one. */
export function createKeys({ config, catalogue, isSimulated }: KeyDeps): Keys {
  return async ({ tenant, queue: provider, model, type }, digests) => {
    const entry = model === undefined ? undefined : await catalogue.find(model);
    const version = toCatalogueVersion(config, { provider, model, simulated: isSimulated(provider) }, entry);
    return digests.map((digest) => toCacheKey(tenant, { provider, model, version, type, digest }));
  };
}
