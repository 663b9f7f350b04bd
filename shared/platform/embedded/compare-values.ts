import type { Value } from "../documents.ts";
import { type Kind, kindOf, kinds, type ValueMap, type Vector } from "../value-kind.ts";

/**
 * Firestore's order of all values: null, booleans, numbers, text by code point, arrays by element, vectors by length and
 * then element, maps by key, then value. See https://firebase.google.com/docs/firestore/manage-data/data-types
 */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  const kind = kindOf(a);
  const difference = rankOf(kind) - rankOf(kindOf(b));
  if (difference !== 0 || kind === "null") return difference;
  if (kind === "boolean") return Number(a) - Number(b);
  if (kind === "array") return compareArrays(a as Value[], b as Value[]);
  if (kind === "vector") return compareVectors(a as Vector, b as Vector);
  return compareMaps(a as ValueMap, b as ValueMap);
}

export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalArrays(a, b);
  if (Array.isArray(b)) return false;
  return equalMaps(a, b);
}

/** By code point, which is the order of the UTF-8 bytes; `<` would put emoji before U+E000 to U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = toSortable(a.charCodeAt(index)) - toSortable(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Equal values, and no others, have equal keys. */
export function toValueKey(value: Value): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toValueKey).join()}]`;
  const entries = Object.keys(value).sort();
  return `{${entries.map((key) => `${JSON.stringify(key)}:${toValueKey(value[key] ?? null)}`).join()}}`;
}

/** The first value of each kind in the order of `compareValues`. */
const leastOfKind: Record<Kind, Value> = {
  null: null,
  boolean: false,
  number: Number.NEGATIVE_INFINITY,
  string: "",
  array: [],
  vector: { $vector: [] },
  map: {},
};

export function leastOf(kind: Kind): Value {
  return leastOfKind[kind];
}

/** The first value after all of this kind; `undefined` for the last kind. */
export function leastAfter(kind: Kind): Value | undefined {
  const next = kinds[rankOf(kind) + 1];
  return next === undefined ? undefined : leastOf(next);
}

function rankOf(kind: Kind): number {
  return kinds.indexOf(kind);
}

/** Moves surrogates behind the rest of the basic plane, where the characters they stand for belong. */
function toSortable(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function compareArrays(a: Value[], b: Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = compareValues(a[index] ?? null, b[index] ?? null);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareVectors({ $vector: a }: Vector, { $vector: b }: Vector): number {
  return a.length - b.length || compareArrays(a, b);
}

function compareMaps(a: ValueMap, b: ValueMap): number {
  const keysOfA = Object.keys(a).sort(compareText);
  const keysOfB = Object.keys(b).sort(compareText);
  const length = Math.min(keysOfA.length, keysOfB.length);
  for (let index = 0; index < length; index++) {
    const [keyOfA = "", keyOfB = ""] = [keysOfA[index], keysOfB[index]];
    const difference = compareText(keyOfA, keyOfB) || compareValues(a[keyOfA] ?? null, b[keyOfB] ?? null);
    if (difference !== 0) return difference;
  }
  return keysOfA.length - keysOfB.length;
}

function equalArrays(a: Value[], b: Value[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!equalValues(a[index], b[index])) return false;
  return true;
}

function equalMaps(a: ValueMap, b: ValueMap): boolean {
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  for (const key in a) if (!Object.hasOwn(b, key) || !equalValues(a[key], b[key])) return false;
  return true;
}
