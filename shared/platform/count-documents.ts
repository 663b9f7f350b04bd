import type { Documents } from "./documents.ts";

/** Operations as Firestore bills them: a query reads one document at least, a count one per thousand, a listener each change. */
export type DocumentCounts = { reads: number; writes: number; deletes: number };

/** The same documents, with everything done to them counted by collection (`tasks`, `queues`, `tasks/output`, …). */
export function countDocuments(documents: Documents): {
  documents: Documents;
  counts: Map<string, DocumentCounts>;
} {
  const counts = new Map<string, DocumentCounts>();
  const add = (path: string, kind: keyof DocumentCounts, amount = 1) => {
    const name = toCollectionName(path);
    const count = counts.get(name) ?? { reads: 0, writes: 0, deletes: 0 };
    count[kind] += amount;
    counts.set(name, count);
  };
  return {
    counts,
    documents: {
      async get(path) {
        add(path, "reads");
        return documents.get(path);
      },
      async query(query) {
        const found = await documents.query(query);
        add(query.collection, "reads", Math.max(1, found.length));
        // The caller's type parameter is lost in an object literal; the value is the inner one's, unchanged.
        return found as never;
      },
      async count(query) {
        const count = await documents.count(query);
        add(query.collection, "reads", Math.max(1, Math.ceil(count / 1_000)));
        return count;
      },
      async nearest(query) {
        const found = await documents.nearest(query);
        add(query.collection, "reads", Math.max(1, found.length));
        return found as never;
      },
      async commit(writes) {
        const times = await documents.commit(writes);
        for (const { op, path } of writes) add(path, op === "delete" ? "deletes" : "writes");
        return times;
      },
      listen(target, onChanges, onError) {
        const path = typeof target === "string" ? target : target.collection;
        return documents.listen(
          target,
          (changes) => {
            add(path, "reads", changes.length);
            onChanges(changes as never);
          },
          onError,
        );
      },
    },
  };
}

/** The sum over all collections but those named. */
export function totalCounts(counts: Map<string, DocumentCounts>, except: string[] = []): DocumentCounts {
  const total = { reads: 0, writes: 0, deletes: 0 };
  for (const [name, count] of counts) {
    if (except.includes(name)) continue;
    total.reads += count.reads;
    total.writes += count.writes;
    total.deletes += count.deletes;
  }
  return total;
}

/** The collection parts of a path: `tasks/task_x/output/0001-000000` is `tasks/output`. */
function toCollectionName(path: string): string {
  return path
    .split("/")
    .filter((_, index) => index % 2 === 0)
    .join("/");
}
