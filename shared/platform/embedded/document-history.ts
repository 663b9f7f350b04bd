import type { Clock } from "../../core/clock.ts";
import { freezeDeep } from "../../core/freeze-deep.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import type { AcceptedWrite } from "../accept-writes.ts";
import { toPlace } from "../document-path.ts";
import type { Fields, Snapshot } from "../documents.ts";
import { weighDocument } from "../measure-document.ts";
import type { FlushPolicy } from "./append-file.ts";
import type { Disk } from "./disk.ts";
import { openJournal } from "./journal.ts";
import { type Staged, stageCommit } from "./stage-commit.ts";
import type { Store } from "./store.ts";
import { type Micros, toWriteTime } from "./write-times.ts";

/** Keeps a store across processes. */
export type DocumentHistory = {
  /** The time of the last commit that was restored. */
  latest: Micros;
  /** Before the commits are applied. Throws, and keeps none, when they cannot be written. */
  record(commits: Staged[]): void;
  /** After the commit is applied. */
  tidy(): void;
  close(): Promise<void>;
};

export type HistoryOptions = {
  folder: string;
  disk: Disk;
  clock: Clock;
  log: Log;
  flush: FlushPolicy;
  /** Below this, nothing is compacted. */
  compactAboveBytes: number;
};

/** A commit is kept as what was asked for and done anew when restored: `stageCommit` must go on meaning the same. */
type Commit = { t: Micros; w: AcceptedWrite[] };
/** A snapshot begins with the header; one line for each document follows. */
type Header = { format: typeof format; time: Micros; bytes: number };
type Line = { p: string; u: string; d: Fields };

const format = 1;

/** Restores what `folder` holds into `store`, which is empty. */
export function openDocumentHistory(store: Store, options: HistoryOptions): DocumentHistory {
  const { log, compactAboveBytes } = options;
  let latest: Micros = 0;
  /** How many bytes a document takes in a snapshot file for each unit of its weight. */
  let expansion = 1;
  let weighed = 0;
  let retryAboveBytes = compactAboveBytes;
  let isCompacting = false;
  let isClosing = false;

  const journal = openJournal({
    ...options,
    restore: {
      snapshot(text) {
        const line = JSON.parse(text) as Header | Line;
        if (!("format" in line)) return store.apply([toChange(line)]);
        if (line.format !== format)
          throw new Error(
            `The data folder ${options.folder} has a format of a later version of this program.`,
          );
        [latest, weighed] = [line.time, line.bytes];
      },
      append(text) {
        const { t, w } = JSON.parse(text) as Commit;
        store.apply(stageCommit(store.get, freezeDeep(w), toWriteTime(t)));
        latest = t;
      },
    },
  });
  learnExpansion();

  function learnExpansion(): void {
    if (weighed > 0) expansion = journal.size().snapshot / weighed;
  }

  function isWorthCompacting(): boolean {
    const { snapshot, appended } = journal.size();
    return appended > retryAboveBytes && snapshot + appended > 2 * store.weight() * expansion;
  }

  async function compact(): Promise<void> {
    isCompacting = true;
    try {
      await journal.compact(() => {
        weighed = store.weight();
        return toRecords({ format, time: latest, bytes: weighed }, store.list());
      });
      learnExpansion();
      retryAboveBytes = compactAboveBytes;
    } catch (error) {
      retryAboveBytes = journal.size().appended + compactAboveBytes;
      if (!isClosing) log.warn("the journal could not be compacted and goes on growing", toErrorField(error));
    }
    isCompacting = false;
  }

  return {
    latest,
    record(commits) {
      if (commits.length === 0) return;
      journal.append(commits.map(toRecord));
      latest = commits.at(-1)?.micros ?? latest;
    },
    tidy() {
      if (!isCompacting && isWorthCompacting()) void compact();
    },
    close() {
      isClosing = true;
      return journal.close();
    },
  };
}

function toRecord({ micros, writes }: Staged): string {
  return JSON.stringify({ t: micros, w: writes.map(withoutPrecondition) } satisfies Commit);
}

function* toRecords(header: Header, snapshots: Snapshot[]): Iterable<string> {
  yield JSON.stringify(header);
  for (const { path, data, updateTime } of snapshots)
    yield JSON.stringify({ p: path, u: updateTime, d: data } satisfies Line);
}

function toChange({ p: path, u: updateTime, d }: Line) {
  const data = freezeDeep(d);
  const snapshot = Object.freeze({ path, id: toPlace(path).id, data, updateTime });
  return { path, after: { snapshot, weight: weighDocument(path, data) } };
}

function withoutPrecondition({ precondition, ...write }: AcceptedWrite): AcceptedWrite {
  return write;
}
