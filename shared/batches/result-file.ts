import { idFrom } from "../core/ids.ts";
import type { BatchDocument } from "./batch-document.ts";

/** The results of a batch: of the lines that were answered, and of the others. */
export type FileKind = "output" | "error";

/** Which file holds them: known before it is there. */
export function toResultFile({ id, tenant }: BatchDocument, kind: FileKind): { id: string; tenant: string } {
  return { id: idFrom("file", id, kind), tenant };
}
