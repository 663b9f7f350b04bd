import { deleteField, toDeleteTime } from "../delete-time.ts";
import type { Fields } from "../documents.ts";
import type { ValueMessage } from "./firestore-messages.ts";
import { fromFirestoreFields, toFirestoreFields } from "./firestore-value.ts";
import { toTimestamp, toWriteTime } from "./write-time.ts";

/** A document's fields for Firestore, which deletes by fields that are times and by no others. */
export function toDocumentFields(fields: Fields): Record<string, ValueMessage> {
  const messages = toFirestoreFields(fields);
  const time = fields[deleteField];
  if (typeof time !== "string") return messages;
  return { ...messages, [deleteField]: { timestampValue: toTimestamp(withMicros(time)) ?? null } };
}

export function fromDocumentFields(fields: Record<string, ValueMessage> | null | undefined): Fields {
  const time = fields?.[deleteField]?.timestampValue;
  if (!time) return fromFirestoreFields(fields);
  return fromFirestoreFields({ ...fields, [deleteField]: { stringValue: toDeleteTime(toWriteTime(time)) } });
}

/** `acceptWrites` has left milliseconds or microseconds. */
function withMicros(time: string): string {
  return time.length === "2026-01-01T00:00:00.000Z".length ? `${time.slice(0, -1)}000Z` : time;
}
