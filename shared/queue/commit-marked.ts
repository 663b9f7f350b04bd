import { type Clock, sleep } from "../core/clock.ts";
import {
  type DocumentPath,
  type Documents,
  InvalidDocument,
  PreconditionFailed,
  type Write,
  type WriteTime,
} from "../platform/documents.ts";

const mostTries = 5;
const pauseMs = 50;

/**
 * Commits writes of which one sets `mark` on the document at `path`, and finds out what happened where the store does not
 * say: the commit is tried again, and one that is then refused is looked for by its mark. Resolves to the write times, or
 * to `undefined` when a precondition did not hold. Rejects when the store stays unreachable: then it may have happened.
 */
export async function commitMarked(
  { documents, clock }: { documents: Documents; clock: Clock },
  writes: Write[],
  { path, mark }: { path: DocumentPath; mark: string },
): Promise<WriteTime[] | undefined> {
  let isUnsure = false;
  for (let tries = 1; ; tries++) {
    try {
      return await documents.commit(writes);
    } catch (error) {
      if (error instanceof PreconditionFailed)
        return isUnsure ? findMarked(documents, writes, path, mark) : undefined;
      if (error instanceof InvalidDocument || tries === mostTries) throw error;
      isUnsure = true;
      await sleep(clock, pauseMs * 2 ** tries);
    }
  }
}

/** The write times of a commit that took place although its answer was lost; `undefined` when it did not. */
async function findMarked(
  documents: Documents,
  writes: Write[],
  path: DocumentPath,
  mark: string,
): Promise<WriteTime[] | undefined> {
  const marked = await documents.get<{ mark?: string }>(path);
  if (marked?.data.mark !== mark) return undefined;
  // A document written again since has another time, which then is nobody's fence: what relies on it is refused.
  const found = await Promise.all(
    writes.map((write) => (write.path === path ? marked : documents.get(write.path))),
  );
  return found.map((snapshot) => (snapshot?.updateTime === marked.updateTime ? snapshot.updateTime : ""));
}
