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
  let name = "";
  for (const value of values) name += toPart(value);
  return name;
}

/** Begins with its length, so that no two combinations have one name. Text is the usual case, and needs no quotes then. */
function toPart(value: Value): string {
  if (typeof value === "string") return `${value.length}"${value}`;
  const key = toValueKey(value);
  return `${key.length}:${key}`;
}

export function createSortedIndex({ equalities, order, idSign }: IndexShape): SortedIndex {
  const lines = new Map<string, Line>();
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
    const line = lines.get(name) ?? createLine(compare);
    line.add(id, { values: [...values, id] });
    lines.set(name, line);
  }

  function remove(id: string, tuple: Value[], values: Value[]): void {
    const name = toTuple(tuple);
    const line = lines.get(name);
    line?.remove(id, { values: [...values, id] });
    if (line?.size() === 0) lines.delete(name);
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
    keys: (tuple, from) => lines.get(tuple)?.keys(from) ?? [],
    size: (tuple) => lines.get(tuple)?.size() ?? 0,
  };
}

type Line = ReturnType<typeof createLine>;

/**
 * The keys of one combination: gathered until somebody asks for them in order, and kept in it from then on. Most
 * combinations, such as the finished tasks of a queue, are never asked for.
 */
function createLine(compare: (a: Key, b: Key) => number) {
  let gathered: Map<string, Key> | undefined = new Map();
  let tree: BTree<Key> | undefined;

  function sort(): BTree<Key> {
    tree ??= new BTree<Key, undefined>(
      [...(gathered?.values() ?? [])].sort(compare).map((key) => [key, undefined]),
      compare,
    );
    gathered = undefined;
    return tree;
  }

  return {
    add: (id: string, key: Key) => void (gathered ? gathered.set(id, key) : tree?.set(key, undefined)),
    remove: (id: string, key: Key) => void (gathered ? gathered.delete(id) : tree?.delete(key)),
    keys: (from?: Key): Iterable<Key> => sort().keys(from),
    size: () => gathered?.size ?? tree?.size ?? 0,
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
