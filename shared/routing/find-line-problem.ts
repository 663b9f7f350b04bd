import type { ModelConfig, ProviderConfig } from "../config/conea-config.ts";
import { toLineId } from "../config/give-lines.ts";
import { type CatalogueDocument, linesOf } from "./catalogue-document.ts";

/** What one document holds with room to spare, and what the sweep looks at every minute. */
const mostLines = 1_000;

export type LineWorld = {
  stored: CatalogueDocument;
  configured: Readonly<Record<string, ProviderConfig>>;
};

/** Why a registered model cannot have a line of its own; `undefined` where it can, or wants none. Pure. */
export function findLineProblem(
  id: string,
  { provider, limits }: ModelConfig,
  { stored, configured }: LineWorld,
): { field: "limits"; message: string } | undefined {
  if (!limits) return undefined;
  const line = toLineId(provider, id);
  const lines = linesOf(stored);
  const known = Object.hasOwn(lines, line) ? lines[line] : undefined;
  const isOwn = known?.model === id && known.account === provider;
  if (Object.hasOwn(configured, line) || (known && !isOwn))
    return {
      field: "limits",
      message: `would give its line the name ${line}, which is taken; call the model something else`,
    };
  if (known || Object.keys(lines).length < mostLines) return undefined;
  const message = `would give it a line, of which there are ${mostLines}, the most, among them those retired within thirty days`;
  return { field: "limits", message };
}
