import { setImmediate as nextTurn } from "node:timers/promises";
import { type Disk, writeAll } from "./disk.ts";
import { JournalDamaged } from "./journal-damaged.ts";
import { toPartialPath, toSnapshotPath } from "./journal-files.ts";
import { encodeRecord, readRecords } from "./journal-record.ts";

const chunkBytes = 128 * 1_024;

type Options = {
  disk: Disk;
  folder: string;
  number: number;
  records: Iterable<string>;
  signal: AbortSignal;
};

/**
 * Writes a snapshot under a temporary name, a chunk per turn of the event loop, and gives it its own name once it would
 * survive a power failure. Returns its size. When it throws, also because `signal` aborted, no snapshot is left.
 */
export async function writeSnapshot({ disk, folder, number, records, signal }: Options): Promise<number> {
  const partial = toPartialPath(folder, number);
  const file = disk.open(partial);
  let isClosed = false;
  try {
    const size = await writeRecords(disk, file, { records, signal });
    await disk.flushLater(file);
    isClosed = true;
    disk.close(file);
    signal.throwIfAborted();
    disk.rename(partial, toSnapshotPath(folder, number));
    disk.flushFolder(folder);
    return size;
  } catch (error) {
    if (!isClosed) disk.close(file);
    disk.remove(partial);
    throw error;
  }
}

async function writeRecords(
  disk: Disk,
  file: number,
  { records, signal }: Pick<Options, "records" | "signal">,
): Promise<number> {
  let size = 0;
  for (const chunk of toChunks(records)) {
    writeAll(disk, file, chunk, size);
    size += chunk.length;
    await nextTurn();
    signal.throwIfAborted();
  }
  return size;
}

function* toChunks(records: Iterable<string>): Iterable<Buffer> {
  let chunk: Buffer[] = [];
  let bytes = 0;
  let count = 0;
  for (const record of records) {
    count += 1;
    const encoded = encodeRecord(record);
    chunk.push(encoded);
    bytes += encoded.length;
    if (bytes < chunkBytes) continue;
    yield Buffer.concat(chunk);
    chunk = [];
    bytes = 0;
  }
  yield Buffer.concat([...chunk, encodeRecord(toEnd(count))]);
}

/** Hands each record to `onRecord`; throws `JournalDamaged` unless the snapshot is whole. Returns its size. */
export function readSnapshot(disk: Disk, path: string, onRecord: (text: string) => void): number {
  const bytes = disk.read(path);
  let count = -1;
  let last: string | undefined;
  const end = readRecords(bytes, (text) => {
    if (last !== undefined) onRecord(last);
    last = text;
    count += 1;
  });
  if (end < bytes.length) throw new JournalDamaged(path, end, "has a damaged record");
  if (last !== toEnd(count)) throw new JournalDamaged(path, end, "ends too early");
  return end;
}

/** The last record of a snapshot says how many came before it. */
function toEnd(count: number): string {
  return JSON.stringify({ end: count });
}
