import type { Log } from "../../core/log.ts";
import type { Disk } from "./disk.ts";
import { JournalDamaged } from "./journal-damaged.ts";
import { findJournalFiles, toSegmentPath, toSnapshotPath } from "./journal-files.ts";
import { hasRecordBehind, readRecords } from "./journal-record.ts";
import { readSnapshot } from "./snapshot-file.ts";

/** Receives the records of the snapshot, if there is one, and then of each append since, in order. */
export type Restore = { snapshot(text: string): void; append(text: string): void };

export type Loaded = {
  /** The segment to append to. */
  segment: number;
  snapshotBytes: number;
  /** Of the segments before `segment`. */
  olderBytes: number;
};

type Options = { disk: Disk; folder: string; log: Log; restore: Restore };

/**
 * Reads a journal and removes what is no longer needed. An end that a crash left half written is cut off; a bad record
 * that others follow throws `JournalDamaged`, because whatever follows would be lost.
 */
export function loadJournal({ disk, folder, log, restore }: Options): Loaded {
  const { snapshot, segments, leftovers } = findJournalFiles(disk, folder);
  const snapshotBytes =
    snapshot === undefined ? 0 : readSnapshot(disk, toSnapshotPath(folder, snapshot), restore.snapshot);
  const paths = segments.map((segment) => toSegmentPath(folder, segment));
  const sizes = paths.map((path, index) => {
    const { bytes, end } = readSegment(disk, path, restore.append);
    if (end < bytes.length) cutEnd({ disk, log, path, bytes, end, later: paths.slice(index + 1) });
    return end;
  });
  for (const path of leftovers) disk.remove(path);
  const olderBytes = sizes.slice(0, -1).reduce((sum, size) => sum + size, 0);
  return { segment: segments.at(-1) ?? 1, snapshotBytes, olderBytes };
}

function readSegment(disk: Disk, path: string, onRecord: (text: string) => void) {
  const bytes = disk.read(path);
  return { bytes, end: readRecords(bytes, onRecord) };
}

type End = Pick<Options, "disk" | "log"> & { path: string; bytes: Buffer; end: number; later: string[] };

function cutEnd({ disk, log, path, bytes, end, later }: End): void {
  const isFollowed = hasRecordBehind(bytes, end) || later.some((other) => disk.read(other).length > 0);
  if (isFollowed) throw new JournalDamaged(path, end, "has a damaged record");
  log.warn("cut off a record that was not completely written", { path, bytes: bytes.length - end });
  cutFile(disk, path, end);
}

function cutFile(disk: Disk, path: string, length: number): void {
  const file = disk.open(path);
  try {
    disk.truncate(file, length);
    disk.flush(file);
  } finally {
    disk.close(file);
  }
}
