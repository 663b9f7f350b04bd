import { type Fields, InvalidDocument, type Value } from "./documents.ts";

/** The field at the top of a document from whose time on the store may delete it: see `Documents`. */
export const deleteField = "deleteAt";

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
/** Firestore's times begin here; they end with the year 9999, as does what the pattern takes. */
const earliest = "0001-01-01T00:00:00";

/** The fields, with the text of `deleteAt` as both stores give it back. Throws `InvalidDocument` unless it is a time. */
export function withDeleteTime(fields: Fields): Fields {
  const value = fields[deleteField];
  return value === undefined ? fields : Object.freeze({ ...fields, [deleteField]: toDeleteTime(value) });
}

/**
 * An RFC 3339 time in UTC with milliseconds, or with microseconds where it has them. Firestore keeps no more: further
 * digits are cut off. Throws `InvalidDocument` for anything else.
 */
export function toDeleteTime(value: Value): string {
  const [, local = "", fraction = "", offset = ""] =
    pattern.exec(typeof value === "string" ? value : "") ?? [];
  const utc = toUtc(local + offset);
  // A day that its month does not have is read as one of the next month.
  if (utc === undefined || utc < earliest || toUtc(`${local}Z`) !== local)
    throw new InvalidDocument(`"${deleteField}" is not an RFC 3339 time`);
  const micros = fraction.padEnd(6, "0").slice(0, 6);
  return `${utc}.${micros.endsWith("000") ? micros.slice(0, 3) : micros}Z`;
}

/** To the second; `undefined` where the text names no moment. */
function toUtc(text: string): string | undefined {
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : new Date(millis).toISOString().slice(0, -".000Z".length);
}
