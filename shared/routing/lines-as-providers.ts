import type { ConeaConfig, ProviderConfig } from "../config/conea-config.ts";
import type { Line, RetiredLine } from "./catalogue-document.ts";

type Providers = ConeaConfig["providers"];

/** Registered lines as providers: each its account's, with limits of its own. What conea.yaml names so, or lacks, is left out. Pure. */
export function linesAsProviders(
  lines: Record<string, Line | RetiredLine>,
  configured: Providers,
): Providers {
  const shown = Object.entries(lines).flatMap(([id, line]) => {
    const account = Object.hasOwn(configured, line.account) ? configured[line.account] : undefined;
    return account && !Object.hasOwn(configured, id) ? [[id, toProvider(account, line)] as const] : [];
  });
  return Object.fromEntries(shown);
}

function toProvider(provider: ProviderConfig, line: Line | RetiredLine): ProviderConfig {
  const { account, limits } = line;
  return { ...provider, limits, account, ...("retiredAt" in line && { retiredAt: line.retiredAt }) };
}
