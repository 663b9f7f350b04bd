import { InvalidDocument, type Value } from "./documents.ts";
import { isMap } from "./value-kind.ts";

/** The keys from the document down to one field. Never empty. */
export type FieldPath = readonly string[];

/** Firestore's limit for a key, and for all keys on the way to it together. */
export const maxKeyBytes = 1_500;

/** Firestore's limit for maps and arrays in one another. */
export const maxDepth = 20;

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
const reserved = /^__.*__$/s;

/** Splits a top-level field or a dotted path of plain identifiers; throws `InvalidDocument` for anything else. */
export function toFieldPath(name: string): FieldPath {
  if (typeof name !== "string") throw new InvalidDocument("a field name is not text");
  if (!name.includes(".")) {
    acceptKey(name);
    return [name];
  }
  const path = name.split(".");
  for (const key of path) {
    if (!identifier.test(key)) throw new InvalidDocument(`"${name}" is not a path of plain identifiers`);
    checkKey(key);
  }
  if (name.length > maxKeyBytes || path.length > maxDepth + 1)
    throw new InvalidDocument("a field path is longer or deeper than a document may be");
  return path;
}

/** Keys that may name a field, and the bytes of each: there are few, and every document is full of them. */
const known = new Map<string, number>();
const mostKnown = 1_000;

/** How many bytes a key is, however it came. */
export function measureKey(key: string): number {
  return known.get(key) ?? Buffer.byteLength(key);
}

/** The same for one that is to name a field. Throws as `checkKey`. */
export function acceptKey(key: string): number {
  const bytes = known.get(key);
  if (bytes !== undefined) return bytes;
  checkKey(key);
  const measured = Buffer.byteLength(key);
  if (known.size < mostKnown) known.set(key, measured);
  return measured;
}

/** Throws `InvalidDocument` unless `key` may name a field of a map. `$vector` is not a key: see `Value`. */
export function checkKey(key: string): void {
  const problem = findKeyProblem(key);
  if (problem) throw new InvalidDocument(`the key "${key.slice(0, 100)}" ${problem}`);
}

function findKeyProblem(key: string): string | undefined {
  if (key === "") return "is empty";
  if (key === "$vector") return "stands beside other keys or where no vector may be";
  if (key.startsWith("__") && reserved.test(key)) return "is reserved";
  if (key.length * 3 <= maxKeyBytes && key.isWellFormed()) return undefined;
  if (!key.isWellFormed()) return "is not Unicode";
  if (Buffer.byteLength(key) > maxKeyBytes) return `is longer than ${maxKeyBytes} bytes`;
  return undefined;
}

/** The value at `path`; `undefined` when a key is missing or something on the way is not a map. */
export function readField(data: { readonly [key: string]: Value }, path: FieldPath): Value | undefined {
  const [first = ""] = path;
  // A document's data is a map. Most paths end here.
  if (path.length === 1) return Object.hasOwn(data, first) ? data[first] : undefined;
  let value: Value | undefined = data;
  for (const key of path) {
    if (!isMap(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
