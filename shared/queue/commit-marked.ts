import { isDeepStrictEqual } from "node:util";
import { type Clock, sleep } from "../core/clock.ts";
import {
  type Documents,
  type Fields,
  InvalidDocument,
  PreconditionFailed,
  type Write,
  type WriteTime,
} from "../platform/documents.ts";

const mostTries = 5;
const pauseMs = 50;

export type Marked = {
  /** Set as `mark` by the writes: a document that holds it shows that they took place. */
  mark: string;
  /** Whether a document shows it in another way, where others may have set a mark of their own since. */
  shows?: (data: Fields) => boolean;
  /** Whether the writes may still be sent again: not where others count on it that they are not sent late. */
  mayRepeat?: () => boolean;
};

/**
 * Commits writes that set `mark`, and finds out what happened where the store does not say: the commit is tried again, and one
 * that is then refused is looked for by its mark. Resolves to the write times, or to `undefined` when a precondition did not
 * hold. Rejects when the store stays unreachable: then it may have happened.
 */
export async function commitMarked(
  { documents, clock }: { documents: Documents; clock: Clock },
  writes: Write[],
  marked: Marked,
): Promise<WriteTime[] | undefined> {
  let isUnsure = false;
  for (let tries = 1; ; tries++) {
    try {
      return await documents.commit(writes);
    } catch (error) {
      if (error instanceof PreconditionFailed)
        return isUnsure ? findMarked(documents, writes, marked) : undefined;
      if (error instanceof InvalidDocument || tries === mostTries) throw error;
      isUnsure = true;
      await sleep(clock, pauseMs * 2 ** tries);
      if (marked.mayRepeat?.() === false) throw error;
    }
  }
}

/** The write times of a commit that took place although its answer was lost; `undefined` when it did not. */
async function findMarked(
  documents: Documents,
  writes: Write[],
  { mark, shows }: Marked,
): Promise<WriteTime[] | undefined> {
  const found = await Promise.all(writes.map(({ path }) => documents.get(path)));
  if (!found.some((snapshot) => snapshot?.data.mark === mark || (snapshot && shows?.(snapshot.data))))
    return undefined;
  // A document that others have changed since has another time, which then is nobody's fence: what relies on it is refused.
  return writes.map((write, index) => {
    const snapshot = found[index];
    return snapshot && isAsWritten(write, snapshot.data) ? snapshot.updateTime : "";
  });
}

/** Whether a document still holds everything that a write gave it. */
function isAsWritten(write: Write, data: Fields): boolean {
  const given = write.op === "update" ? write.fields : write.op === "delete" ? undefined : write.data;
  const fields = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return given !== undefined && fields.every(([name, value]) => isDeepStrictEqual(data[name], value));
}
