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

/** `read` gives a document as the index has been told of it last. */
export function createSortedIndex(
  { equalities, order, idSign }: IndexShape,
  read: (id: string) => Fields | undefined,
): SortedIndex {
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

  const toKey = (id: string, data: Fields): Key => ({ values: [...readAll(data, orderPaths), id] });

  /** The line that a document is in, if it is in any. */
  function toLine(data: Fields | undefined): string | undefined {
    return data && hasAll(data, orderPaths) ? nameTuple(data, equalities) : undefined;
  }

  function sort(ids: Set<string>): Key[] {
    const keys: Key[] = [];
    for (const id of ids) {
      const data = read(id);
      if (data) keys.push(toKey(id, data));
    }
    return keys.sort(compare);
  }

  function openLine(name: string): Line {
    const line = createLine({ compare, toKey, sort });
    lines.set(name, line);
    return line;
  }

  return {
    compare,
    replace(id, before, after) {
      const [was, is] = [toLine(before), toLine(after)];
      if (before && after && was === is && (was === undefined || isSame(before, after, orderPaths))) return;
      if (before && was !== undefined) {
        const line = lines.get(was);
        line?.remove(id, before);
        if (line?.size() === 0) lines.delete(was);
      }
      if (after && is !== undefined) (lines.get(is) ?? openLine(is)).add(id, after);
    },
    keys: (tuple, from) => lines.get(tuple)?.keys(from) ?? [],
    size: (tuple) => lines.get(tuple)?.size() ?? 0,
  };
}

type Line = ReturnType<typeof createLine>;

type LineOrder = {
  compare: (a: Key, b: Key) => number;
  toKey: (id: string, data: Fields) => Key;
  sort: (ids: Set<string>) => Key[];
};

/**
 * The keys of one combination: only the ids until somebody asks for them in order, and kept in it from then on. Most
 * combinations, such as the finished tasks of a queue, are never asked for.
 */
function createLine({ compare, toKey, sort }: LineOrder) {
  let gathered: Set<string> | undefined = new Set();
  let tree: BTree<Key> | undefined;

  function open(): BTree<Key> {
    tree ??= new BTree<Key, undefined>(
      sort(gathered ?? new Set()).map((key) => [key, undefined]),
      compare,
    );
    gathered = undefined;
    return tree;
  }

  return {
    add: (id: string, data: Fields) =>
      void (gathered ? gathered.add(id) : tree?.set(toKey(id, data), undefined)),
    remove: (id: string, data: Fields) =>
      void (gathered ? gathered.delete(id) : tree?.delete(toKey(id, data))),
    keys: (from?: Key): Iterable<Key> => open().keys(from),
    size: () => gathered?.size ?? tree?.size ?? 0,
  };
}

/** `toTuple` of a document's values; `undefined` where it lacks one. */
function nameTuple(data: Fields, paths: FieldPath[]): string | undefined {
  let name = "";
  for (const path of paths) {
    const value = readField(data, path);
    if (value === undefined) return undefined;
    name += toPart(value);
  }
  return name;
}

function hasAll(data: Fields, paths: FieldPath[]): boolean {
  for (const path of paths) if (readField(data, path) === undefined) return false;
  return true;
}

function isSame(before: Fields, after: Fields, paths: FieldPath[]): boolean {
  for (const path of paths) if (!equalValues(readField(before, path), readField(after, path))) return false;
  return true;
}

function readAll(data: Fields, paths: FieldPath[]): Value[] {
  return paths.map((path) => readField(data, path) ?? null);
}
