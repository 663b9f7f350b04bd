import { type AcceptedWrite, toExpectedPresence, toExpectedTime } from "../accept-writes.ts";
import { toPlace } from "../document-path.ts";
import {
  type DocumentPath,
  type Fields,
  InvalidDocument,
  PreconditionFailed,
  type Snapshot,
  type WriteTime,
} from "../documents.ts";
import { isSurelySmall, maxDocumentBytes, measureDocument, weighDocument } from "../measure-document.ts";
import { applyWrite } from "./apply-write.ts";
import { equalValues } from "./compare-values.ts";
import type { Micros } from "./write-times.ts";

/** A document in the store. The snapshot is handed to readers as it is. `weight`: see `weighDocument`. */
export type Stored = { snapshot: Snapshot; weight: number };

/** What a commit does to one document. */
export type StoredChange = { path: DocumentPath; before?: Stored; after?: Stored };

/** A commit that can be carried out, and has not been. */
export type Staged = { micros: Micros; writes: AcceptedWrite[]; changes: StoredChange[] };

export type Read = (path: DocumentPath) => Stored | undefined;

type Draft = { before: Stored | undefined; data: Fields | undefined; wasDeleted: boolean };

/** Throws `PreconditionFailed` unless the first write of each document finds it as it requires. */
export function checkPreconditions(read: Read, writes: AcceptedWrite[]): void {
  const seen = writes.length > 1 ? new Set<DocumentPath>() : undefined;
  for (const write of writes) {
    if (!seen?.has(write.path)) checkPrecondition(write, read(write.path));
    seen?.add(write.path);
  }
}

function checkPrecondition(write: AcceptedWrite, stored: Stored | undefined): void {
  const time = toExpectedTime(write);
  if (time !== undefined && stored?.snapshot.updateTime !== time)
    throw new PreconditionFailed(`"${write.path}" was changed or deleted meanwhile`);
  const expected = toExpectedPresence(write);
  if (expected === true && !stored) throw new PreconditionFailed(`"${write.path}" is not there`);
  if (expected === false && stored) throw new PreconditionFailed(`"${write.path}" is there already`);
}

/**
 * What the writes, whose preconditions hold, do to the documents that `read` finds. A document that they leave as it was
 * is not among the changes and keeps its update time, as in Firestore.
 */
export function stageCommit(read: Read, writes: AcceptedWrite[], updateTime: WriteTime): StoredChange[] {
  const drafts = new Map<DocumentPath, Draft>();
  for (const write of writes) {
    const draft = drafts.get(write.path) ?? startDraft(read(write.path));
    draft.data = applyWrite(draft.data, write);
    draft.wasDeleted ||= write.op === "delete";
    drafts.set(write.path, draft);
  }
  const changes: StoredChange[] = [];
  for (const [path, draft] of drafts) if (isChange(draft)) changes.push(toChange(path, draft, updateTime));
  return changes;
}

function startDraft(before: Stored | undefined): Draft {
  return { before, data: before?.snapshot.data, wasDeleted: false };
}

function isChange({ before, data, wasDeleted }: Draft): boolean {
  if (!before || !data) return before !== undefined || data !== undefined;
  return wasDeleted || !equalValues(before.snapshot.data, data);
}

function toChange(path: DocumentPath, draft: Draft, updateTime: WriteTime): StoredChange {
  const { before, data } = draft;
  const known = before ? { path, before } : { path };
  if (!data) return known;
  const weight = weighDocument(path, data);
  if (!isSurelySmall(weight) && measureDocument(path, data) > maxDocumentBytes)
    throw new InvalidDocument(`"${path}" would be larger than ${maxDocumentBytes} bytes`);
  const id = before?.snapshot.id ?? toPlace(path).id;
  const snapshot = Object.freeze({ path, id, data, updateTime });
  return { ...known, after: { snapshot, weight } };
}
