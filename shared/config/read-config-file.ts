import { readFile } from "node:fs/promises";
import type { ConeaConfig } from "./conea-config.ts";
import { readConfig } from "./read-config.ts";
import { SettingsError } from "./settings-error.ts";

/** Reads the file that CONEA_CONFIG names. Throws `SettingsError`. */
export async function readConfigFile(path: string): Promise<ConeaConfig> {
  return readConfig(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new SettingsError(`The setting CONEA_CONFIG names ${path}, which cannot be read.`, { cause });
  }
}
