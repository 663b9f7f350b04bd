import { deleteField } from "./delete-time.ts";
import type { DocumentPath, Fields, Value } from "./documents.ts";
import { measureKey } from "./field-path.ts";

/** Firestore's limit for one document, by Firestore's own count. */
export const maxDocumentBytes = 1_048_576;

/** What Firestore counts for a document: https://firebase.google.com/docs/firestore/storage-size, checked with the emulator. */
export function measureDocument(path: DocumentPath, data: Fields): number {
  return measureText(path) + 16 + 32 + measureMap(data) - measureSaved(data[deleteField]);
}

/**
 * The same for a document of which these fields are set and those taken away, from what it measured before; `undefined`
 * where only measuring all of it tells.
 */
export function measureChange(
  before: { data: Fields; bytes: number },
  { fields, increments, removes }: { fields: Fields; increments: object; removes: string[] },
): number | undefined {
  for (const _ in increments) return undefined;
  let { bytes } = before;
  for (const name in fields) {
    if (isApart(name)) return undefined;
    bytes += measureField(name, fields[name]) - measureField(name, before.data[name]);
  }
  for (const name of removes) {
    if (isApart(name)) return undefined;
    bytes -= measureField(name, before.data[name]);
  }
  return bytes;
}

/** A name that leads into a map, or one that is not kept as the text it is. */
function isApart(name: string): boolean {
  return name === deleteField || name.includes(".");
}

function measureField(name: string, value: Value | undefined): number {
  return value === undefined ? 0 : measureText(name) + measureValue(value);
}

/** What a time, which is kept in eight bytes, takes less than its text. */
function measureSaved(time: Value | undefined): number {
  return time === undefined ? 0 : measureValue(time) - 8;
}

function measureValue(value: Value): number {
  if (typeof value === "string") return measureText(value);
  if (typeof value === "number") return 8;
  if (value === null || typeof value === "boolean") return 1;
  return Array.isArray(value) ? measureArray(value) : measureMap(value);
}

function measureArray(values: Value[]): number {
  let bytes = 0;
  for (const value of values) bytes += measureValue(value);
  return bytes;
}

function measureMap(map: Fields): number {
  let bytes = 0;
  for (const key in map) bytes += measureKey(key) + 1 + measureValue(map[key] ?? null);
  return bytes;
}

function measureText(text: string): number {
  return Buffer.byteLength(text) + 1;
}
