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
 * A number that is quicker to get: what Firestore counts is three times as much at most, as no text has more than three
 * bytes for each of its UTF-16 units.
 */
export function weighDocument(path: DocumentPath, data: Fields): number {
  return weighText(path) + 16 + 32 + weighMap(data);
}

/** Whether nothing of that weight can be larger than a document may be. */
export function isSurelySmall(weight: number): boolean {
  return weight * 3 <= maxDocumentBytes;
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

function weighValue(value: Value): number {
  if (typeof value === "string") return weighText(value);
  if (typeof value !== "object" || value === null) return 8;
  return Array.isArray(value) ? weighArray(value) : weighMap(value);
}

function weighArray(values: Value[]): number {
  let weight = 0;
  for (const value of values) weight += weighValue(value);
  return weight;
}

function weighMap(map: Fields): number {
  let weight = 0;
  for (const key in map) weight += key.length + 1 + weighValue(map[key] ?? null);
  return weight;
}

function weighText(text: string): number {
  return text.length + 1;
}
