import type { ConeaConfig } from "../config/conea-config.ts";
import type { Catalogue } from "../routing/catalogue.ts";
import { findAtProvider } from "../routing/choose-route.ts";
import type { CountedModel } from "./count-tokens.ts";

/** The model that a request names, as its vendor counts; `undefined` where it names none of the catalogue. */
export async function toCountedModel(
  { catalogue, config }: { catalogue: Catalogue; config: ConeaConfig },
  name: string | undefined,
): Promise<CountedModel> {
  if (name === undefined || name === "auto") return undefined;
  const found = await catalogue.find(name);
  const { models } = await catalogue.read();
  const id = found ? name : findAtProvider(models, name);
  const entry = found ?? (id === undefined ? undefined : models[id]);
  const provider = entry && config.providers[entry.provider];
  if (!entry || !provider || id === undefined) return undefined;
  // Another server that speaks the protocol serves models of its own.
  return { kind: provider.kind, name: entry.name ?? id, isVendors: provider.baseUrl === undefined };
}
