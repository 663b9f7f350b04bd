import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tree } from "./find-layer-problems.ts";

const madeFolders = new Set(["node_modules", "dist", "coverage"]);
const ownDotFolders = new Set([".ci", ".github"]);

/** The tree below `root`. Made folders and those of tools (a dot in front) are left out; only TypeScript is read. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (isOurs(entry)) visit(path);
      else if (entry.isFile())
        tree.set(path, /\.tsx?$/.test(path) ? readFileSync(join(root, path), "utf8") : "");
    }
  };
  visit("");
  return tree;
}

function isOurs(entry: Dirent): boolean {
  if (!entry.isDirectory() || madeFolders.has(entry.name)) return false;
  return !entry.name.startsWith(".") || ownDotFolders.has(entry.name);
}
