import { toFieldPath } from "../field-path.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A field's name as Firestore reads it: keys that are no identifiers stand between backticks. */
export function toFirestoreFieldPath(name: string): string {
  return toFieldPath(name).map(quoteKey).join(".");
}

function quoteKey(key: string): string {
  return identifier.test(key) ? key : `\`${key.replace(/[\\`]/g, "\\$&")}\``;
}
