import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { MissingTool } from "../emulators/missing-tool.ts";

const root = join(import.meta.dirname, "../..");
const wanted = join(import.meta.dirname, "firebase-tools");
const ownCache = join(root, "node_modules/.cache/conea");
/** No install script and nothing optional is needed for the emulators that are plain JavaScript. */
const install = ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"];
const withinMs = 240_000;
const lookAgainMs = 200;
/** What is told of npm's words when it fails. */
const keptCharacters = 500;

/**
 * The `firebase` program of the version that firebase-tools/package.json names. Where it is not in the cache it is
 * installed by npm with this project's settings, which takes about 10 s and 220 MB. Throws `MissingTool` when that fails.
 */
export async function installFirebaseTools({ cache = ownCache, npm = "npm" } = {}): Promise<string> {
  const folder = join(cache, `firebase-tools-${await readVersion()}`);
  while (!existsSync(folder)) await installUnlessTaken(folder, npm);
  return join(folder, "node_modules/firebase-tools/lib/bin/firebase.js");
}

async function readVersion(): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(join(wanted, "package.json"), "utf8"));
  return dependencies["firebase-tools"];
}

/** One process installs, the others wait for it, unless it seems to be gone. */
async function installUnlessTaken(folder: string, npm: string): Promise<void> {
  const lock = `${folder}.lock`;
  await mkdir(dirname(folder), { recursive: true });
  if (await isTaken(lock)) return setTimeout(lookAgainMs);
  try {
    if (!existsSync(folder)) await installInto(folder, npm);
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
async function installInto(folder: string, npm: string): Promise<void> {
  const draft = await mkdtemp(`${folder}-`);
  try {
    for (const file of ["package.json", "package-lock.json"])
      await copyFile(join(wanted, file), join(draft, file));
    await copyFile(join(root, ".npmrc"), join(draft, ".npmrc"));
    await runNpm(npm, draft);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runNpm(npm: string, cwd: string): Promise<void> {
  try {
    await promisify(execFile)(npm, install, { cwd, timeout: withinMs });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, keptCharacters) : String(cause);
    throw new MissingTool(`firebase-tools is missing, and npm could not install it: ${reason}`, { cause });
  }
}
