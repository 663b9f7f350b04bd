import { join } from "node:path";
import { type BuiltFunction, buildFunctions } from "./build-functions.ts";
import { buildPage } from "./build-page.ts";
import { packageFunctions } from "./package-functions.ts";

const usage = `Bundles each function into dist/<name>/ and packs it into dist/<name>.zip; the listening page goes to
dist/page/. Usage: node scripts/build.ts
Prints, for each, the bytes of index.js, of all that is loaded at start, and of all chunks.`;

async function main(words: string[]): Promise<number> {
  if (words.includes("--help")) return say(usage);
  if (words.length > 0) return say(`Unknown: ${words.join(" ")}\n${usage}`, 2);
  const root = join(import.meta.dirname, "..");
  const outDir = join(root, "dist");
  try {
    const built = await buildFunctions({ root, outDir });
    packageFunctions({ root, outDir });
    await buildPage({ root, outDir: join(outDir, "page") });
    return built.length > 0 ? say(toTable(built)) : say("There is no functions/*/index.ts to build.", 1);
  } catch (error) {
    return say(error instanceof Error ? error.message : String(error), 1);
  }
}

function toTable(built: BuiltFunction[]): string {
  const rows = built.map(({ name, entryBytes, startBytes, allBytes }) => [
    name,
    entryBytes,
    startBytes,
    allBytes,
  ]);
  return [["function", "entry bytes", "at start", "all"], ...rows]
    .map(([name, ...numbers]) =>
      [String(name).padEnd(24), ...numbers.map((n) => String(n).padStart(12))].join(""),
    )
    .join("\n");
}

function say(text: string, exitCode = 0): number {
  (exitCode === 0 ? console.log : console.error)(text);
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
