import type { ConeaConfig } from "../shared/config/conea-config.ts";

type Rehearsal = { baseUrl(kind: string): string; close(): Promise<void> };

/**
 * Plays the vendors of the providers named, from the first call to any of them on: nothing is loaded before. `addresses`
 * gives each provider's base URL.
 */
export function createLazyRehearsal(config: ConeaConfig, providerIds: string[]) {
  let started: Promise<Rehearsal> | undefined;
  const kindOf = (id: string) => config.providers[id]?.kind ?? "openai";
  const start = async () => {
    const { startRehearsal } = await import("./rehearsal/start-rehearsal.ts");
    return startRehearsal({ kinds: [...new Set(providerIds.map(kindOf))] });
  };
  const addresses = new Map(
    providerIds.map((id) => [
      id,
      async () => {
        started ??= start();
        return (await started).baseUrl(kindOf(id));
      },
    ]),
  );
  return { addresses, close: async () => (await started)?.close() };
}
