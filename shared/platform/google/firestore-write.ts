import {
  type AcceptedUpdate,
  type AcceptedWrite,
  toExpectedPresence,
  toExpectedTime,
} from "../accept-writes.ts";
import { type DocumentPath, type Fields, PreconditionFailed } from "../documents.ts";
import { toFieldPath } from "../field-path.ts";
import { isMap, type ValueMap } from "../value-kind.ts";
import { toDocumentFields } from "./firestore-document.ts";
import { toFirestoreFieldPath } from "./firestore-field-path.ts";
import type { WriteMessage } from "./firestore-messages.ts";
import { toDocumentName } from "./firestore-snapshot.ts";
import { toFirestoreNumber } from "./firestore-value.ts";
import { toTimestamp } from "./write-time.ts";

/** Throws `PreconditionFailed` for an update time that no document of Firestore can have. */
export function toFirestoreWrites(database: string, writes: AcceptedWrite[]): WriteMessage[] {
  const seen = new Set<DocumentPath>();
  return writes.map((write) => {
    const isFirst = !seen.has(write.path);
    seen.add(write.path);
    const message = toWrite(toDocumentName(database, write.path), write);
    // Only the first write of a document depends on what is stored; `acceptWrites` has held the others against it.
    return isFirst ? { ...message, ...toPrecondition(write) } : message;
  });
}

function toWrite(name: string, write: AcceptedWrite): WriteMessage {
  if (write.op === "delete") return { delete: name };
  if (write.op === "update") return toUpdate(name, write);
  return { update: { name, fields: toDocumentFields(write.data) } };
}

/** An empty mask changes nothing but asks for the document all the same; a masked field without a value is taken away. */
function toUpdate(name: string, { fields, increments, removes }: AcceptedUpdate): WriteMessage {
  return {
    update: { name, fields: toDocumentFields(nestFields(fields)) },
    updateMask: { fieldPaths: [...Object.keys(fields), ...removes].map(toFirestoreFieldPath) },
    updateTransforms: Object.entries(increments).map(([field, amount]) => ({
      fieldPath: toFirestoreFieldPath(field),
      increment: toFirestoreNumber(amount),
    })),
  };
}

/** `{ "a.b": 1 }` as `{ a: { b: 1 } }`. No name leads to another: `acceptWrites` has seen to that. */
function nestFields(fields: Fields): Fields {
  const nested: ValueMap = {};
  for (const name in fields) {
    const [last = "", ...way] = [...toFieldPath(name)].reverse();
    let map = nested;
    for (const key of way.reverse()) map = enterMap(map, key);
    map[last] = fields[name] ?? null;
  }
  return nested;
}

function enterMap(map: ValueMap, key: string): ValueMap {
  const child = Object.hasOwn(map, key) ? map[key] : undefined;
  if (isMap(child)) return child;
  const made: ValueMap = {};
  map[key] = made;
  return made;
}

function toPrecondition(write: AcceptedWrite): Pick<WriteMessage, "currentDocument"> {
  const time = toExpectedTime(write);
  if (time !== undefined) return { currentDocument: { updateTime: toKnownTime(time, write.path) } };
  const exists = toExpectedPresence(write);
  return exists === undefined ? {} : { currentDocument: { exists } };
}

function toKnownTime(time: string, path: DocumentPath) {
  const timestamp = toTimestamp(time);
  if (!timestamp) throw new PreconditionFailed(`"${path}" never had the update time ${time}`);
  return timestamp;
}
