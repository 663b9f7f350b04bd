import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";

/** What the journal needs of a file system. Tests stand in for it to let writes fail and processes die. */
export type Disk = {
  makeFolder(path: string): void;
  /** Names, in no order. */
  list(folder: string): string[];
  read(path: string): Buffer;
  /** Opens for reading and writing, creates when absent. */
  open(path: string): number;
  size(file: number): number;
  /** How many bytes were written, which may be fewer than given. */
  write(file: number, bytes: Uint8Array, position: number): number;
  truncate(file: number, length: number): void;
  /** Returns once what was written would survive a power failure. */
  flush(file: number): void;
  flushLater(file: number): Promise<void>;
  flushFolder(path: string): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** Removing what is not there succeeds. */
  remove(path: string): void;
  /** The same without waiting for it: taking a large file away is slow. */
  removeLater(path: string): Promise<void>;
};

const flushLater = promisify(fsync);

export const realDisk: Disk = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (folder) => readdirSync(folder),
  read: (path) => readFileSync(path),
  open: (path) => openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600),
  size: (file) => fstatSync(file).size,
  write: (file, bytes, position) => writeSync(file, bytes, 0, bytes.length, position),
  truncate: (file, length) => ftruncateSync(file, length),
  flush: (file) => fsyncSync(file),
  flushLater,
  flushFolder(path) {
    // Windows opens no folders; there, the names of files need no flush of their own.
    if (process.platform === "win32") return;
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  removeLater: (path) => rm(path, { force: true }),
};

/** Writes all of `bytes`, or throws. */
export function writeAll(disk: Disk, file: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) written += disk.write(file, bytes.subarray(written), position + written);
}
