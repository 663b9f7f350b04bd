import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { JournalDamaged } from "./journal-damaged.ts";

/**
 * The files of a journal. Segment n holds the commits since snapshot n was begun; snapshot n holds all before. What a
 * crash left behind, and what a newer snapshot made needless, is listed in `leftovers`.
 */
export type JournalFiles = { snapshot?: number; segments: number[]; leftovers: string[] };

const fileName = /^(\d{8})\.(journal|snapshot|partial)$/;

export function toSegmentPath(folder: string, number: number): string {
  return join(folder, `${toDigits(number)}.journal`);
}

export function toSnapshotPath(folder: string, number: number): string {
  return join(folder, `${toDigits(number)}.snapshot`);
}

export function toPartialPath(folder: string, number: number): string {
  return join(folder, `${toDigits(number)}.partial`);
}

/** Throws `JournalDamaged` when a segment that is needed is not there. */
export function findJournalFiles(disk: Disk, folder: string): JournalFiles {
  const files = disk.list(folder).flatMap((name) => toFile(folder, name));
  const snapshots = files.filter(({ kind }) => kind === "snapshot").map(({ number }) => number);
  const snapshot = snapshots.length > 0 ? Math.max(...snapshots) : undefined;
  const first = snapshot ?? 1;
  const isNeeded = ({ kind, number }: File) => (kind === "journal" ? number >= first : number === snapshot);
  const needed = files.filter((file) => isNeeded(file) && file.kind !== "partial");
  const leftovers = files.filter((file) => !needed.includes(file)).map(({ path }) => path);
  const segments = needed.filter(({ kind }) => kind === "journal").map(({ number }) => number);
  segments.sort((a, b) => a - b);
  checkComplete(folder, first, segments, snapshot !== undefined);
  return { ...(snapshot === undefined ? {} : { snapshot }), segments, leftovers };
}

type File = { path: string; kind: string; number: number };

function toFile(folder: string, name: string): File[] {
  const [, digits, kind] = fileName.exec(name) ?? [];
  if (digits === undefined || kind === undefined) return [];
  return [{ path: join(folder, name), kind, number: Number(digits) }];
}

function checkComplete(folder: string, first: number, segments: number[], hasSnapshot: boolean): void {
  const expected = hasSnapshot ? Math.max(1, segments.length) : segments.length;
  for (let index = 0; index < expected; index++)
    if (segments[index] !== first + index)
      throw new JournalDamaged(toSegmentPath(folder, first + index), 0, "is missing");
}

function toDigits(number: number): string {
  return String(number).padStart(8, "0");
}
