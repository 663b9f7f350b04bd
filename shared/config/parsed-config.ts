import { createHash } from "node:crypto";
import type { ConeaConfig } from "./conea-config.ts";

/** What is kept of a file that was read before: its content, and what it was made from. */
type Parsed = { sha256: string; config: ConeaConfig };

/** Where the parsed form of a configuration file stands: beside it. */
export function parsedPath(path: string): string {
  return path.replace(/(\.ya?ml)?$/, ".parsed.json");
}

/** A configuration, parsed, as the build puts it beside the file it comes from. */
export function toParsedText(text: string, config: ConeaConfig): string {
  return `${JSON.stringify({ sha256: hash(text), config } satisfies Parsed)}\n`;
}

/** The configuration that was parsed from exactly this text; `undefined` when it was another. */
export function fromParsedText(parsed: string, text: string): ConeaConfig | undefined {
  const { sha256, config } = JSON.parse(parsed) as Parsed;
  return sha256 === hash(text) ? config : undefined;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
