import { toPlace } from "../document-path.ts";
import type { CollectionPath, DocumentPath, Snapshot } from "../documents.ts";
import { type Collection, createCollection } from "./collection.ts";
import type { Plan } from "./plan-query.ts";
import { countQuery, runQuery } from "./run-query.ts";
import type { Stored, StoredChange } from "./stage-commit.ts";

/** All documents, by collection. A collection that becomes empty is forgotten with its indexes. */
export type Store = {
  get(path: DocumentPath): Stored | undefined;
  apply(changes: StoredChange[]): void;
  query(plan: Plan): Snapshot[];
  count(plan: Plan): number;
  /** Everything there is now. Later changes do not touch it. */
  list(): Snapshot[];
  /** What all documents weigh together: see `weighDocument`. */
  weight(): number;
  collections(): CollectionPath[];
};

export function createStore(): Store {
  const collections = new Map<CollectionPath, Collection>();
  /** The same documents by their whole path, which need not be split then. */
  const documents = new Map<DocumentPath, Stored>();
  let weight = 0;

  function open(path: CollectionPath): Collection {
    const collection = collections.get(path) ?? createCollection();
    collections.set(path, collection);
    return collection;
  }

  function applyOne(change: StoredChange): void {
    const { collection: path, id } = toPlace(change.path);
    const collection = open(path);
    collection.apply(id, change);
    if (change.after) documents.set(change.path, change.after);
    else documents.delete(change.path);
    weight += (change.after?.weight ?? 0) - (change.before?.weight ?? 0);
    if (collection.documents.size === 0) collections.delete(path);
  }

  return {
    get: (path) => documents.get(path),
    apply(changes) {
      for (const change of changes) applyOne(change);
    },
    query(plan) {
      const collection = collections.get(plan.collection);
      return collection ? runQuery(collection, plan) : [];
    },
    count(plan) {
      const collection = collections.get(plan.collection);
      return collection ? countQuery(collection, plan) : 0;
    },
    list: () => [...documents.values()].map(toSnapshot),
    weight: () => weight,
    collections: () => [...collections.keys()],
  };
}

function toSnapshot({ snapshot }: Stored): Snapshot {
  return snapshot;
}
