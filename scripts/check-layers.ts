import { join } from "node:path";
import { findLayerProblems, rules } from "./find-layer-problems.ts";
import { readTree } from "./read-tree.ts";

const usage = `Checks who may import whom. Usage: node scripts/check-layers.ts [--rules]
  --rules  print the rules and their reasons instead`;

function main(words: string[]): number {
  if (words.includes("--help")) return say(usage);
  if (words.includes("--rules")) return say(rules.map(({ id, reason }) => `${id}: ${reason}`).join("\n"));
  if (words.length > 0) return say(`Unknown: ${words.join(" ")}\n${usage}`, 2);
  const tree = readTree(join(import.meta.dirname, ".."));
  const problems = findLayerProblems(tree);
  if (problems.length > 0) return say(problems.map(({ message }) => message).join("\n"), 1);
  return say(`${rules.length} rules hold in ${tree.size} files.`);
}

function say(text: string, exitCode = 0): number {
  (exitCode === 0 ? console.log : console.error)(text);
  return exitCode;
}

process.exitCode = main(process.argv.slice(2));
