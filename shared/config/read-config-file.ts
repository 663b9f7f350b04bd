import { existsSync, readFileSync } from "node:fs";
import type { ConeaConfig } from "./conea-config.ts";
import { fromParsedText, parsedPath } from "./parsed-config.ts";
import { SettingsError } from "./settings-error.ts";

/**
 * Reads the file that CONEA_CONFIG names. Where the build has parsed that very file, neither a parser for YAML nor the schema
 * is loaded: they are a fifth of a worker's start. Throws `SettingsError`.
 */
export async function readConfigFile(path: string): Promise<ConeaConfig> {
  const text = readText(path);
  return readParsed(path, text) ?? (await import("./read-config.ts")).readConfig(text, path);
}

function readParsed(path: string, text: string): ConeaConfig | undefined {
  const file = parsedPath(path);
  return existsSync(file) ? fromParsedText(readFileSync(file, "utf8"), text) : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new SettingsError(`The setting CONEA_CONFIG names ${path}, which cannot be read.`, { cause });
  }
}
