import { afterAll, beforeAll } from "vitest";
import type { Change, DocumentPath, Documents, Query } from "./documents.ts";

export type OpenDocuments = () => Promise<{ documents: Documents; close(): Promise<void> }>;

let collections = 0;

/** The documents under test, opened once for the tests around, and a name no other test uses for each collection. */
export function useDocuments(open: OpenDocuments) {
  let opened: Awaited<ReturnType<OpenDocuments>> | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());
  return {
    get documents(): Documents {
      if (!opened) throw new Error("not open yet");
      return opened.documents;
    },
    newCollection: () => `c${++collections}-${crypto.randomUUID().slice(0, 8)}`,
  };
}

/** Creates one document for each id. */
export async function fill(
  documents: Documents,
  collection: string,
  contents: Record<string, object>,
): Promise<void> {
  const ids = Object.keys(contents);
  await documents.commit(
    ids.map((id) => ({ op: "create", path: `${collection}/${id}`, data: contents[id] ?? {} })),
  );
}

export async function findIds(documents: Documents, query: Query): Promise<string[]> {
  return (await documents.query(query)).map(({ id }) => id);
}

/** A change as `kind id`. */
export function toWords({ kind, snapshot }: Change): string {
  return `${kind} ${snapshot.id}`;
}

/** What a listener was told. `next` gives the changes of the next call that has not been looked at. */
export function watch(documents: Documents, target: DocumentPath | Query) {
  const calls: Change[][] = [];
  let wake: () => void = () => undefined;
  let failure: Error | undefined;
  const stop = documents.listen(
    target,
    (changes) => {
      calls.push(changes);
      wake();
    },
    (error) => {
      failure = error;
      wake();
    },
  );
  async function next(): Promise<Change[]> {
    for (;;) {
      const changes = calls.shift();
      if (changes) return changes;
      if (failure) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return { stop, next, calls };
}
