import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const asks = /\bdocuments\s*\.\s*(query|count|nearest|listen)\s*[<(]/g;

/** How many places of each file of the product ask `Documents` for more than one document, or listen. */
export function findAskingPlaces(): Map<string, number> {
  const files = globSync("{shared,functions,local}/**/*.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !/^shared\/platform\/|\.(test|contract|fixture)\.ts$/.test(file));
  const counts = files.map((file): [string, number] => [
    file,
    [...readFileSync(join(root, file), "utf8").matchAll(asks)].length,
  ]);
  return new Map(counts.filter(([, count]) => count > 0));
}
