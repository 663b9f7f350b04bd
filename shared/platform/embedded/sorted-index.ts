import type { Fields, Value } from "../documents.ts";
import { type FieldPath, readField } from "../field-path.ts";
import { BTree } from "./b-tree.ts";
import { compareValues, equalValues, toValueKey } from "./compare-values.ts";

/** What an index keeps in order, and how: documents that lack one of the fields are not in it. */
export type IndexShape = {
  /** Fields whose values are asked for exactly; each combination has its own tree. */
  equalities: FieldPath[];
  order: { path: FieldPath; sign: 1 | -1 }[];
  idSign: 1 | -1;
};

/**
 * A place in an index: the values of the order and the id. With `edge`, a place before (-1) or after (1) all documents
 * that begin with `values`, which may then be fewer.
 */
export type Key = { values: Value[]; edge?: -1 | 1 };

export type SortedIndex = {
  /** Keeps the index up with a document's change. */
  replace(id: string, before: Fields | undefined, after: Fields | undefined): void;
  compare(a: Key, b: Key): number;
  /** Keys in order, from the first that is not before `from`. The last value of each is the document's id. */
  keys(tuple: string, from?: Key): Iterable<Key>;
  size(tuple: string): number;
};

/** The name of a combination of values of the equality fields. */
export function toTuple(values: Value[]): string {
  return values.map(toValueKey).join();
}

export function createSortedIndex({ equalities, order, idSign }: IndexShape): SortedIndex {
  const trees = new Map<string, BTree<Key>>();
  const signs = [...order.map(({ sign }) => sign), idSign];
  const orderPaths = order.map(({ path }) => path);

  function compare(a: Key, b: Key): number {
    const length = Math.min(a.values.length, b.values.length);
    for (let index = 0; index < length; index++) {
      const difference = compareValues(a.values[index] ?? null, b.values[index] ?? null);
      if (difference !== 0) return difference * (signs[index] ?? 1);
    }
    return (a.edge ?? 0) - (b.edge ?? 0);
  }

  function insert(id: string, tuple: Value[], values: Value[]): void {
    const name = toTuple(tuple);
    const tree = trees.get(name) ?? new BTree<Key, undefined>(undefined, compare);
    tree.set({ values: [...values, id] }, undefined);
    trees.set(name, tree);
  }

  function remove(id: string, tuple: Value[], values: Value[]): void {
    const name = toTuple(tuple);
    const tree = trees.get(name);
    tree?.delete({ values: [...values, id] });
    if (tree?.size === 0) trees.delete(name);
  }

  return {
    compare,
    replace(id, before, after) {
      const [oldTuple, oldValues] = [readAll(before, equalities), readAll(before, orderPaths)];
      const [tuple, values] = [readAll(after, equalities), readAll(after, orderPaths)];
      const [was, is] = [oldTuple && oldValues, tuple && values];
      if (was && is && equalValues(oldTuple, tuple) && equalValues(was, is)) return;
      if (oldTuple && oldValues) remove(id, oldTuple, oldValues);
      if (tuple && values) insert(id, tuple, values);
    },
    keys: (tuple, from) => trees.get(tuple)?.keys(from) ?? [],
    size: (tuple) => trees.get(tuple)?.size ?? 0,
  };
}

function readAll(data: Fields | undefined, paths: FieldPath[]): Value[] | undefined {
  if (!data) return undefined;
  const values: Value[] = [];
  for (const path of paths) {
    const value = readField(data, path);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
