import { fromTime } from "../core/clock.ts";
import type { DocumentPath } from "../platform/documents.ts";
import { type BlobKey, toBlobKey } from "../platform/put-blob.ts";

export type FilePurpose = "batch" | "batch_output";

/** A piece of a file's content: a blob that ends where a line ends. */
export type FilePart = { name: string; bytes: number };

/** `files/{id}`: what is known of a file, and where its content is (docs/decisions/0037-batches-are-fed-by-pages.md). */
export type FileDocument = {
  id: string;
  tenant: string;
  createdBy: string;
  purpose: FilePurpose;
  filename: string;
  bytes: number;
  /** In the order of the content. */
  parts: FilePart[];
  createdAt: string;
  /** From then on it is gone for its owner; the sweep removes what is left of it. Absent where it stays. */
  expiresAt?: string;
  sequence: number;
  /** For its owner it is gone; its content stays while a batch reads it. */
  deleted: boolean;
  /** Batches that have not ended and read it. */
  uses: number;
};

/** Whether its owner still has it. Pure. */
export function isThere({ deleted, expiresAt }: FileDocument, now: number): boolean {
  return !deleted && (expiresAt === undefined || fromTime(expiresAt) > now);
}

export function filePath(fileId: string): DocumentPath {
  return `files/${fileId}`;
}

export function partKey({ tenant, id }: { tenant: string; id: string }, name: string): BlobKey {
  return toBlobKey("filePart", tenant, id, name);
}
