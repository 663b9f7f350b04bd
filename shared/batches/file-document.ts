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
  sequence: number;
  /** For its owner it is gone; its content stays while a batch reads it. */
  deleted: boolean;
  /** Batches that have not ended and read it. */
  uses: number;
};

export function filePath(fileId: string): DocumentPath {
  return `files/${fileId}`;
}

export function partKey({ tenant, id }: { tenant: string; id: string }, name: string): BlobKey {
  return toBlobKey("filePart", tenant, id, name);
}
