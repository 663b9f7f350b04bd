import type { Snapshot } from "../documents.ts";
import { fromDocumentFields } from "./firestore-document.ts";
import type { DocumentMessage } from "./firestore-messages.ts";
import { toWriteTime } from "./write-time.ts";

/** `database` is `projects/P/databases/D`, with which every document's name begins. */
export function toSnapshot(database: string, { name, fields, updateTime }: DocumentMessage): Snapshot {
  const path = (name ?? "").slice(toDocumentName(database, "").length);
  return {
    path,
    id: path.slice(path.lastIndexOf("/") + 1),
    data: fromDocumentFields(fields),
    updateTime: toWriteTime(updateTime),
  };
}

export function toDocumentName(database: string, path: string): string {
  return `${database}/documents/${path}`;
}
