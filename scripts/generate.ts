import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../shared/config/read-config.ts";
import { toGeneratedFiles } from "./generated-files.ts";
import { findUnlisted } from "./listed-dependencies.ts";

const usage = `Writes the files that are made from others. Usage: node scripts/generate.ts [--check]
  --check  write nothing; fail when one is stale, or when docs/dependencies.md misses a dependency`;

const root = join(import.meta.dirname, "..");
const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");

function main(words: string[]): number {
  if (words.includes("--help")) return say(usage);
  if (words.some((word) => word !== "--check")) return say(`Unknown: ${words.join(" ")}\n${usage}`, 2);
  const files = Object.entries(toGeneratedFiles(readConfig(read("conea.yaml"), "conea.yaml")));
  const stale = files.filter(([path, text]) => read(path) !== text);
  if (words.length === 0) {
    for (const [path, text] of stale) writeFileSync(join(root, path), text);
    return say(stale.length > 0 ? `Wrote ${stale.map(([path]) => path).join(", ")}.` : "Nothing to write.");
  }
  const problems = [
    ...stale.map(([path]) => `${path} is stale: run npm run fix.`),
    ...findUnlisted(read("package.json"), read("docs/dependencies.md")),
  ];
  return problems.length > 0
    ? say(problems.join("\n"), 1)
    : say(`${files.length} generated files are up to date.`);
}

function say(text: string, exitCode = 0): number {
  (exitCode === 0 ? console.log : console.error)(text);
  return exitCode;
}

process.exitCode = main(process.argv.slice(2));
