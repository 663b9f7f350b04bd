import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The data folder belongs to another process, or to another store in this one. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/** Folders locked by this process: a lock file with our own pid may also be from a dead process that had the same one. */
const ours = new Set<string>();

/**
 * Takes the folder for this process. Throws `FolderInUse` while another one that is alive has it; what a killed process
 * left is taken over. Returns the function that gives it back.
 */
export function lockFolder(folder: string): () => void {
  const home = realpathSync(folder);
  if (ours.has(home)) throw new FolderInUse(`The data folder ${folder} is already open in this process.`);
  const path = join(home, "lock");
  const claim = toClaim(process.pid);
  if (!tryCreate(path, claim)) takeOver(folder, path, claim);
  ours.add(home);
  return () => {
    ours.delete(home);
    if (readText(path) === claim) rmSync(path, { force: true });
  };
}

/** The pid and, where the system tells, the time the process started: a pid alone may have been given to another. */
export function toClaim(pid: number): string {
  return [pid, readStartTime(pid) ?? ""].join(" ");
}

function takeOver(folder: string, path: string, claim: string): void {
  const found = readText(path);
  if (found !== undefined && isAlive(found)) throw inUse(folder, found);
  const aside = `${path}.${randomUUID()}`;
  moveAside(path, aside);
  const moved = readText(aside);
  // Another process may have taken over in between: then what was moved is its lock, and goes back.
  if (moved !== undefined && moved !== found) tryLink(aside, path);
  rmSync(aside, { force: true });
  if (!tryCreate(path, claim)) throw inUse(folder, readText(path) ?? "");
}

function isAlive(claim: string): boolean {
  const pid = Number.parseInt(claim, 10);
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  const startTime = readStartTime(pid);
  return isRunning(pid) && (startTime === undefined || toClaim(pid) === claim);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function inUse(folder: string, claim: string): FolderInUse {
  const pid = Number.parseInt(claim, 10);
  return new FolderInUse(
    `The data folder ${folder} is in use by process ${pid}. Stop it, or choose another folder.`,
  );
}

/** Field 22 of /proc/PID/stat, in ticks since the machine started. The name before it may hold spaces and brackets. */
function readStartTime(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function tryCreate(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function moveAside(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

function tryLink(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
