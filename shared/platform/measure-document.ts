import { deleteField } from "./delete-time.ts";
import type { DocumentPath, Fields, Value } from "./documents.ts";

/** Firestore's limit for one document, by Firestore's own count. */
export const maxDocumentBytes = 1_048_576;

/** What Firestore counts for a document: https://firebase.google.com/docs/firestore/storage-size, checked with the emulator. */
export function measureDocument(path: DocumentPath, data: Fields): number {
  return measureText(path) + 16 + 32 + measureMap(data) - measureSaved(data[deleteField]);
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
  for (const key in map) bytes += measureText(key) + measureValue(map[key] ?? null);
  return bytes;
}

function measureText(text: string): number {
  return Buffer.byteLength(text) + 1;
}
