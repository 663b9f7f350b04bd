import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { MissingTool } from "./emulators/missing-tool.ts";

const root = join(import.meta.dirname, "..");
const ownCache = join(root, "node_modules/.cache/conea");
const install = ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"];
const withinMs = 240_000;
const lookAgainMs = 200;
/** What is told of npm's words when it fails. */
const keptCharacters = 500;

export type PackagesOptions = {
  /** What is missing where it cannot be installed. */
  name: string;
  /** Tells one installation from another: changes with what is wanted. */
  version: string;
  /** The folder of the package.json and the lock file that say what is wanted. */
  wanted: string;
  cache?: string;
  npm?: string;
};

/**
 * Packages that only some machines need, so that they are no dependencies of the project. Where they are not in the cache they
 * are installed by npm with this project's settings, without install scripts and what is optional. Resolves to the folder
 * with their node_modules. Throws `MissingTool` when that fails.
 */
export async function installPackages(options: PackagesOptions): Promise<string> {
  const folder = join(options.cache ?? ownCache, `${options.name}-${options.version}`);
  while (!existsSync(folder)) await installUnlessTaken(folder, options);
  return folder;
}

/** One process installs, the others wait for it, unless it seems to be gone. */
async function installUnlessTaken(folder: string, options: PackagesOptions): Promise<void> {
  const lock = `${folder}.lock`;
  await mkdir(dirname(folder), { recursive: true });
  if (await isTaken(lock)) return setTimeout(lookAgainMs);
  try {
    if (!existsSync(folder)) await installInto(folder, options);
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** Takes the lock if it is free. One that is older than an installation may take was left behind, and is taken away. */
async function isTaken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return false;
  } catch {
    const takenAt = (await stat(lock).catch(() => undefined))?.mtimeMs;
    const isLeft = takenAt !== undefined && Date.now() - takenAt > withinMs;
    if (isLeft) await rm(lock, { recursive: true, force: true });
    return true;
  }
}

/** It appears whole or not at all: what is cut off leaves nothing half done. */
async function installInto(folder: string, { name, wanted, npm = "npm" }: PackagesOptions): Promise<void> {
  const draft = await mkdtemp(`${folder}-`);
  try {
    for (const file of ["package.json", "package-lock.json"])
      await copyFile(join(wanted, file), join(draft, file));
    await copyFile(join(root, ".npmrc"), join(draft, ".npmrc"));
    await runNpm(npm, draft, name);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runNpm(npm: string, cwd: string, name: string): Promise<void> {
  try {
    await promisify(execFile)(npm, install, { cwd, timeout: withinMs });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, keptCharacters) : String(cause);
    throw new MissingTool(`${name} is missing, and npm could not install it: ${reason}`, { cause });
  }
}
