import type { Fields } from "../documents.ts";
import type { Plan } from "./plan-query.ts";
import { createSortedIndex, type IndexShape, type SortedIndex } from "./sorted-index.ts";
import type { Stored, StoredChange } from "./stage-commit.ts";

/** Beyond this many query shapes, the index that was unused for longest is dropped; the next such query builds it again. */
export const maxIndexes = 64;

export type Collection = {
  readonly documents: ReadonlyMap<string, Stored>;
  apply(id: string, change: StoredChange): void;
  /** The index for a shape of query: built once, on first use, and kept up by every change. */
  index(plan: Pick<Plan, "shapeName" | "shape">): SortedIndex;
};

export function createCollection(): Collection {
  const documents = new Map<string, Stored>();
  const indexes = new Map<string, SortedIndex>();

  const read = (id: string) => documents.get(id)?.snapshot.data;

  function build(shape: IndexShape): SortedIndex {
    const index = createSortedIndex(shape, read);
    for (const [id, stored] of documents) index.replace(id, undefined, stored.snapshot.data);
    return index;
  }

  function dropOldest(): void {
    const [oldest] = indexes.keys();
    if (oldest !== undefined && indexes.size > maxIndexes) indexes.delete(oldest);
  }

  return {
    documents,
    apply(id, { before, after }) {
      if (after) documents.set(id, after);
      else documents.delete(id);
      for (const index of indexes.values()) index.replace(id, toData(before), toData(after));
    },
    index({ shapeName, shape }) {
      const index = indexes.get(shapeName) ?? build(shape);
      indexes.delete(shapeName);
      indexes.set(shapeName, index);
      dropOldest();
      return index;
    },
  };
}

function toData(stored: Stored | undefined): Fields | undefined {
  return stored?.snapshot.data;
}
