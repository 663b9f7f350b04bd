import type firestore from "@google-cloud/firestore";
import type { AcceptedQuery } from "../accept-query.ts";
import type { Change, DocumentPath, Snapshot, Value } from "../documents.ts";
import { toFieldPath } from "../field-path.ts";
import { isVector } from "../value-kind.ts";
import { fromClientSnapshot } from "./from-client-snapshot.ts";

/** The client that listens, and the classes its queries are made of. */
export type Opened = {
  client: firestore.Firestore;
  classes: Pick<typeof firestore, "FieldPath" | "FieldValue">;
};

export type Told = {
  /** Is given what reads the changes; a failure of it, or of whoever is told of them, ends the listening. */
  onState: (read: () => Change[]) => void;
  onError: (error: Error) => void;
};

/** A single document, as a collection of one. */
export function listenToDocument(
  { client }: Opened,
  path: DocumentPath,
  { onState, onError }: Told,
): () => void {
  let seen: Snapshot | undefined;
  const read = (found: firestore.DocumentSnapshot) => {
    const before = seen;
    seen = found.exists ? fromClientSnapshot(found) : undefined;
    return toChange(before, seen);
  };
  return client.doc(path).onSnapshot((found) => onState(() => read(found)), onError);
}

/** Firestore sends what one moment changed; within it, removals come first and the rest as committed. */
export function listenToQuery(
  { client, classes }: Opened,
  query: AcceptedQuery,
  { onState, onError }: Told,
): () => void {
  let isFirst = true;
  const read = (found: firestore.QuerySnapshot) => {
    const changes = found
      .docChanges()
      .map(({ type: kind, doc }): Change => ({ kind, snapshot: fromClientSnapshot(doc) }));
    if (!isFirst) changes.sort(byCommit);
    isFirst = false;
    return changes;
  };
  return toClientQuery(client, classes, query).onSnapshot((found) => onState(() => read(found)), onError);
}

function toChange(before: Snapshot | undefined, now: Snapshot | undefined): Change[] {
  if (!now) return before ? [{ kind: "removed", snapshot: before }] : [];
  if (!before) return [{ kind: "added", snapshot: now }];
  return before.updateTime === now.updateTime ? [] : [{ kind: "modified", snapshot: now }];
}

/** Write times are fixed width, so text order is commit order. */
function byCommit(a: Change, b: Change): number {
  const [before, after] = [toCommit(a), toCommit(b)];
  return before < after ? -1 : Number(before > after);
}

function toCommit({ kind, snapshot }: Change): string {
  return kind === "removed" ? "" : snapshot.updateTime;
}

function toClientQuery(
  client: Opened["client"],
  { FieldPath, FieldValue }: Opened["classes"],
  { collection, where, orderBy, idDirection, limit, startAfter }: AcceptedQuery,
): firestore.Query {
  const toPath = (name: string) => new FieldPath(...toFieldPath(name));
  const toOperand = (value: Value) => (isVector(value) ? FieldValue.vector(value.$vector) : value);
  let query: firestore.Query = client.collection(collection);
  for (const [field, op, value] of where) query = query.where(toPath(field), op, toOperand(value));
  for (const [field, direction] of orderBy) query = query.orderBy(toPath(field), direction);
  query = query.orderBy(FieldPath.documentId(), idDirection);
  if (limit !== undefined) query = query.limit(limit);
  return startAfter ? query.startAfter(...startAfter.values.map(toOperand), startAfter.id) : query;
}
