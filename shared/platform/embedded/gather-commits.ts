import type { AcceptedWrite } from "../accept-writes.ts";
import type { WriteTime } from "../documents.ts";

/** What has become of a commit: its write times, or why it was refused. */
export type Committed = { times: WriteTime[] } | { error: unknown };

export function toTimes(committed: Committed | undefined): WriteTime[] {
  if (committed && "times" in committed) return committed.times;
  throw committed?.error;
}

type Waiting = { writes: AcceptedWrite[]; tell: (committed: Committed) => void };

export type CommitGatherer = {
  /** Resolves to the write times once they are kept. */
  commit(writes: AcceptedWrite[]): Promise<WriteTime[]>;
  /** Commits at once what waits. */
  flush(): void;
};

/**
 * Commits alone and at once where nothing was committed in this turn of the event loop, and the others of the turn together at
 * its end: many who commit at the same time wait for one write to the disk. `commitAll` tells of each by itself.
 */
export function gatherCommits(commitAll: (commits: AcceptedWrite[][]) => Committed[]): CommitGatherer {
  let waiting: Waiting[] = [];
  let isTurn = false;

  function flush(): void {
    const gathered = waiting;
    waiting = [];
    if (gathered.length === 0) return;
    const committed = commitAll(gathered.map(({ writes }) => writes));
    for (const [index, { tell }] of gathered.entries()) {
      tell(committed[index] ?? { error: new Error("a commit was not carried out") });
    }
  }

  function beginTurn(): void {
    isTurn = true;
    setImmediate(() => {
      isTurn = false;
      flush();
    });
  }

  return {
    commit(writes) {
      return new Promise((resolve, reject) => {
        const tell = (committed: Committed) =>
          "times" in committed ? resolve(committed.times) : reject(committed.error);
        waiting.push({ writes, tell });
        if (isTurn) return;
        beginTurn();
        flush();
      });
    },
    flush,
  };
}
