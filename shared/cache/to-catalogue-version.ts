import type { ConeaConfig } from "../config/conea-config.ts";
import { toDigest } from "./cache-key.ts";

/** Of an entry of the catalogue, what decides who answers under its id. */
type Entry = { name?: string | undefined };

/**
 * Changes when the same ids come to mean another vendor, another server or another model of the vendor, and when a rehearsal
 * gives way to the vendor. A price or a quality score changes no answer.
 */
export function toCatalogueVersion(
  { providers }: Pick<ConeaConfig, "providers">,
  { provider, model, simulated }: { provider: string; model?: string | undefined; simulated: boolean },
  entry: Entry | undefined,
): string {
  const { kind, baseUrl } = (Object.hasOwn(providers, provider) ? providers[provider] : undefined) ?? {};
  return toDigest([kind ?? null, baseUrl ?? null, entry?.name ?? model ?? null, simulated]);
}
