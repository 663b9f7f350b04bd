import type { ConeaConfig } from "../shared/config/conea-config.ts";
import type { Settings } from "../shared/config/settings.ts";
import { SettingsError } from "../shared/config/settings-error.ts";
import type { Secrets } from "../shared/platform/secrets.ts";

/**
 * The providers whose key is not set, each with the key's name: they are rehearsed. Throws `SettingsError` in production,
 * where a rehearsed answer must never pass for a real one.
 */
export async function findMissingKeys(
  { providers }: ConeaConfig,
  secrets: Secrets,
  environment: Settings["environment"],
): Promise<Map<string, string>> {
  const missing = new Map<string, string>();
  for (const [id, { apiKey }] of Object.entries(providers)) {
    if ((await secrets.get(apiKey)) === undefined) missing.set(id, apiKey);
  }
  if (environment === "production" && missing.size > 0) {
    const names = [...missing.values()].join(", ");
    throw new SettingsError(
      `CONEA_ENVIRONMENT is production, which refuses rehearsed providers, and these keys are not set: ${names}.`,
    );
  }
  return missing;
}
