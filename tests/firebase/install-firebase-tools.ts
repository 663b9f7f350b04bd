import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installPackages } from "../install-packages.ts";

const wanted = join(import.meta.dirname, "firebase-tools");
const name = "firebase-tools";

/**
 * The `firebase` program of the version that firebase-tools/package.json names. Where it is not in the cache it is
 * installed, which takes about 10 s and 220 MB. Throws `MissingTool` when that fails.
 */
export async function installFirebaseTools(where: { cache?: string; npm?: string } = {}): Promise<string> {
  const folder = await installPackages({ name, version: await readVersion(), wanted, ...where });
  // Nothing optional is needed for the emulators that are plain JavaScript.
  return join(folder, "node_modules/firebase-tools/lib/bin/firebase.js");
}

async function readVersion(): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(join(wanted, "package.json"), "utf8"));
  return dependencies[name];
}
