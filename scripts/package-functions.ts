import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { toZip } from "./to-zip.ts";

/** What a function reads from beside its bundle when it starts. */
const besides = ["conea.yaml"];

/**
 * Packs each folder of `outDir` that holds a bundle, and what it reads at start, into `outDir/<name>.zip`: what Terraform uploads. Equal
 * bundles give equal bytes, so that only a changed function is deployed. Returns the names.
 */
export function packageFunctions({ root, outDir }: { root: string; outDir: string }): string[] {
  const names = globSync("*/index.js", { cwd: outDir }).map((path) => path.split(/[\\/]/)[0] ?? "");
  for (const name of names) {
    const folder = join(outDir, name);
    writeFileSync(join(outDir, `${name}.zip`), toZip(readPackage(root, folder)));
  }
  return names.sort();
}

function readPackage(root: string, folder: string): Map<string, Uint8Array> {
  const built = globSync("**/*", { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
  return new Map([
    ...besides.map((path): [string, Buffer] => [basename(path), readFileSync(join(root, path))]),
    ...built.map((path): [string, Buffer] => [path.replaceAll("\\", "/"), readFileSync(join(folder, path))]),
  ]);
}
