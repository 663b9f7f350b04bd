import type { Clock } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import { type AppendFile, type FlushPolicy, openAppendFile } from "./append-file.ts";
import type { Disk } from "./disk.ts";
import { findJournalFiles, toSegmentPath } from "./journal-files.ts";
import { encodeTogether } from "./journal-record.ts";
import { loadJournal, type Restore } from "./load-journal.ts";
import { writeSnapshot } from "./snapshot-file.ts";

/**
 * Records of text in a folder, for ever, in order. An append has reached the operating system when it returns, so a
 * killed process loses nothing; with `flush: "interval"` a power failure may cost the last second, with `"always"` nothing.
 */
export type Journal = {
  /** By one write. Throws, and keeps nothing of `texts`, when they cannot be written. */
  append(texts: string[]): void;
  /**
   * Puts the records that `summarize` gives in the place of everything appended until it is called. They are read little
   * by little, over many turns of the event loop, while appending goes on. Rejects, and changes nothing, when they cannot
   * be written.
   */
  compact(summarize: () => Iterable<string>): Promise<void>;
  /** Bytes in files: what the last compaction wrote, and what was appended since. */
  size(): { snapshot: number; appended: number };
  /** A compaction under way is given up. */
  close(): Promise<void>;
};

export type JournalOptions = {
  folder: string;
  disk: Disk;
  clock: Clock;
  log: Log;
  flush: FlushPolicy;
  /** Receives what the journal holds, before `openJournal` returns. */
  restore: Restore;
};

/** Throws `JournalDamaged` when what is there cannot be read. */
export function openJournal({ folder, disk, clock, log, flush, restore }: JournalOptions): Journal {
  const closing = new AbortController();
  const loaded = loadJournal({ disk, folder, log, restore });
  let { segment, snapshotBytes, olderBytes } = loaded;
  let file = openSegment(segment);
  let compaction: Promise<void> | undefined;

  function openSegment(number: number): AppendFile {
    const opened = openAppendFile({ disk, path: toSegmentPath(folder, number), clock, log, flush });
    disk.flushFolder(folder);
    return opened;
  }

  /** The old segment is flushed before the new one takes its first record, so no power failure leaves a gap. */
  function startSegment(): void {
    file.flush();
    const next = openSegment(segment + 1);
    const old = file;
    olderBytes += old.size();
    segment += 1;
    file = next;
    old.close().catch((error) => log.error("a journal segment could not be closed", toErrorField(error)));
  }

  async function compact(summarize: () => Iterable<string>): Promise<void> {
    await file.flushAhead();
    closing.signal.throwIfAborted();
    startSegment();
    const number = segment;
    const previousBytes = olderBytes;
    const records = summarize();
    snapshotBytes = await writeSnapshot({ disk, folder, number, records, signal: closing.signal });
    olderBytes -= previousBytes;
    for (const path of findJournalFiles(disk, folder).leftovers) await disk.removeLater(path);
  }

  return {
    append: (texts) => file.append(encodeTogether(texts)),
    size: () => ({ snapshot: snapshotBytes, appended: olderBytes + file.size() }),
    compact(summarize) {
      compaction = compact(summarize);
      return compaction;
    },
    async close() {
      closing.abort();
      await compaction?.catch(() => undefined);
      await file.close();
    },
  };
}
