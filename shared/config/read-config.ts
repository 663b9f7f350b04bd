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
    // Warnings quote the line they complain about, and that may hold a key.
    return parse(text, { logLevel: "error" });
  } catch (error) {
    throw new SettingsError(`${source}: ${toComplaint(error)}.`);
  }
}

/** Where the text stops being YAML, and the parser's name for it. Its message, like its warnings, quotes the line. */
function toComplaint(error: unknown): string {
  if (!(error instanceof YAMLParseError)) return "the whole is not valid YAML (an alias has no anchor)";
  const reason = error.code.toLowerCase().replaceAll("_", " ");
  return `line ${error.linePos?.[0].line ?? "?"} is not valid YAML (${reason})`;
}
