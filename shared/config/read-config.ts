import { parse, YAMLParseError } from "yaml";
import { ConeaConfig } from "./conea-config.ts";
import { SettingsError, toSettingsError } from "./settings-error.ts";

/** Parses the text of `conea.yaml`. `source` is the file's name, for the sentence a mistake gets. */
export function readConfig(text: string, source: string): ConeaConfig {
  const parsed = ConeaConfig.safeParse(parseYaml(text, source));
  if (parsed.success) return parsed.data;
  throw toSettingsError(source, parsed.error);
}

function parseYaml(text: string, source: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new SettingsError(`${source}: line ${error.linePos?.[0].line ?? "?"} is not valid YAML.`, {
      cause: error,
    });
  }
}
