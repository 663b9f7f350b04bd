import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { type AcceptedWrite, acceptWrites } from "../accept-writes.ts";
import { checkDocumentPath } from "../document-path.ts";
import type { Change, Documents, Query, ReadSnapshot, Snapshot, Write } from "../documents.ts";
import type { FlushPolicy } from "./append-file.ts";
import { deleteDue } from "./delete-due.ts";
import { type Disk, realDisk } from "./disk.ts";
import { type DocumentHistory, openDocumentHistory } from "./document-history.ts";
import { lockFolder } from "./folder-lock.ts";
import { type Committed, gatherCommits, toTimes } from "./gather-commits.ts";
import { createListeners } from "./listeners.ts";
import { findNearest } from "./nearest.ts";
import { planOnce } from "./plan-once.ts";
import { type ReadAhead, readAhead } from "./read-ahead.ts";
import { checkPreconditions, type Staged, stageCommit } from "./stage-commit.ts";
import { createStore, type Store } from "./store.ts";
import { createWriteTimes, toWriteTime } from "./write-times.ts";

export type EmbeddedDocumentsOptions = {
  /** Where documents outlive the process. Without it they live in memory only. */
  folder?: string;
  clock: Clock;
  log: Log;
  /**
   * A commit has reached the operating system when it resolves, so a killed process loses nothing. `interval` (the
   * default) flushes to the disk a second later at most: a power failure may cost that second. `always` flushes each commit.
   */
  flush?: FlushPolicy;
  /** The journal is rewritten once it is above this and more than half of it is out of date. 4 MiB by default. */
  compactAboveBytes?: number;
  disk?: Disk;
};

export type EmbeddedDocuments = {
  documents: Documents;
  /** Ends all listening and flushes. Commits are refused from then on. */
  close(): Promise<void>;
};

/**
 * Documents in memory, kept in a journal. Queries are answered from sorted indexes that make themselves, so the head of
 * a long line costs what the head of a short one does. What is due by its `deleteAt` is deleted here and never later.
 * Rejects with `FolderInUse` or `JournalDamaged`.
 */
export async function openEmbeddedDocuments(options: EmbeddedDocumentsOptions): Promise<EmbeddedDocuments> {
  const store = createStore();
  const { history, unlock } = openFolder(store, options);
  const listeners = createListeners(store);
  const times = createWriteTimes(options.clock, history.latest);
  let isClosed = false;

  function commitAll(commits: AcceptedWrite[][]): Committed[] {
    const read = readAhead(store.get);
    const staged = commits.map((writes) => stage(read, writes));
    try {
      history.record(staged.filter(isKept));
    } catch (error) {
      // Nothing of them has happened: what was refused, was refused by what would have been.
      return staged.map(() => ({ error }));
    }
    return staged.map((one) => ("error" in one ? one : apply(one)));
  }

  function stage(read: ReadAhead, writes: AcceptedWrite[]): Staged | { error: unknown } {
    try {
      if (isClosed) throw new Error("The documents are closed.");
      checkPreconditions(read.get, writes);
      const micros = times.next();
      const changes = stageCommit(read.get, writes, toWriteTime(micros));
      read.add(changes);
      return { micros, writes, changes };
    } catch (error) {
      return { error };
    }
  }

  function apply({ micros, writes, changes }: Staged): Committed {
    store.apply(changes);
    listeners.notify(changes);
    history.tidy();
    const time = toWriteTime(micros);
    return { times: writes.map(({ path }) => store.get(path)?.snapshot.updateTime ?? time) };
  }

  const commitAlone = (writes: AcceptedWrite[]) => toTimes(commitAll([writes])[0]);
  deleteDue({ snapshots: store.list(), commit: commitAlone, ...options });
  const gatherer = gatherCommits(commitAll);
  // Where there is no disk to write to, nothing is saved by waiting for others.
  const commit =
    options.folder === undefined ? async (writes: AcceptedWrite[]) => commitAlone(writes) : gatherer.commit;

  const documents: Omit<Documents, "get" | "query" | "listen" | "nearest"> & Untyped = {
    async get(path) {
      const stored = store.get(path);
      if (!stored) checkDocumentPath(path);
      return stored && { ...stored.snapshot, readTime: toWriteTime(times.now()) };
    },
    query: async (query) => store.query(planOnce(query)),
    count: async (query) => store.count(planOnce(query)),
    nearest: async (query) => findNearest(store, query),
    commit(writes: Write[]) {
      // An async function gives a promise on only two turns later.
      try {
        return commit(acceptWrites(writes));
      } catch (error) {
        return Promise.reject(error);
      }
    },
    listen: (target, onChanges, onError) => listeners.listen(target, { onChanges, onError }),
  };

  return {
    // The reader names the type of what it wrote; the store holds JSON and cannot check it.
    documents: documents as Documents,
    async close() {
      gatherer.flush();
      isClosed = true;
      listeners.stopAll();
      await history.close().finally(unlock);
    },
  };
}

function isKept(staged: Staged | { error: unknown }): staged is Staged {
  return "changes" in staged && staged.changes.length > 0;
}

/** `Documents` before the reader names the type of the data. */
type Untyped = {
  get(path: string): Promise<ReadSnapshot | undefined>;
  query(query: Query): Promise<Snapshot[]>;
  nearest(query: Parameters<Documents["nearest"]>[0]): Promise<{ snapshot: Snapshot; distance: number }[]>;
  listen(
    target: string | Query,
    onChanges: (changes: Change[]) => void,
    onError: (error: Error) => void,
  ): () => void;
};

function openFolder(store: Store, options: EmbeddedDocumentsOptions) {
  const { folder, disk = realDisk, flush = "interval", compactAboveBytes = 4 * 1_048_576 } = options;
  if (folder === undefined) return { history: noHistory, unlock: () => undefined };
  disk.makeFolder(folder);
  const unlock = lockFolder(folder);
  try {
    const { clock, log } = options;
    const history = openDocumentHistory(store, { folder, disk, clock, log, flush, compactAboveBytes });
    return { history, unlock };
  } catch (error) {
    unlock();
    throw error;
  }
}

const noHistory: DocumentHistory = {
  latest: 0,
  record: () => undefined,
  tidy: () => undefined,
  close: async () => undefined,
};
