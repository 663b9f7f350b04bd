import type { Principal } from "../access/principal.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { putBlob } from "../platform/put-blob.ts";
import { nextSequence } from "../tasks/sequence.ts";
import { type FileDocument, type FilePart, filePath, partKey } from "./file-document.ts";
import { removeParts } from "./remove-parts.ts";
import { splitParts } from "./split-parts.ts";

/** The largest file in bytes. */
export const largestFile = 100_000_000;

export type NewFile = { filename: string; content: AsyncIterable<Uint8Array> };

type Deps = Pick<Platform, "documents" | "blobs" | "clock" | "ids">;

/**
 * Keeps a file of lines for a batch, part by part, so that neither this nor whoever reads it holds all of it. What it holds
 * is checked by the batch. Throws `too_large` and `invalid_request`; then nothing is kept.
 */
export async function storeFile(
  deps: Deps,
  { tenant, user }: Principal,
  { filename, content }: NewFile,
): Promise<FileDocument> {
  const now = deps.clock.now();
  const owner = { id: deps.ids.newId("file"), tenant };
  const parts = await storeParts(deps, owner, content);
  const file: FileDocument = {
    ...owner,
    createdBy: user,
    purpose: "batch",
    filename,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    parts,
    createdAt: toTime(now),
    sequence: nextSequence(now),
    deleted: false,
    uses: 0,
  };
  await deps.documents.commit([{ op: "create", path: filePath(file.id), data: file }]);
  return file;
}

async function storeParts(
  deps: Pick<Deps, "blobs">,
  owner: { id: string; tenant: string },
  content: NewFile["content"],
): Promise<FilePart[]> {
  const parts: FilePart[] = [];
  try {
    for await (const part of splitParts(limitFile(content))) {
      const name = `part-${String(parts.length).padStart(5, "0")}`;
      await putBlob(deps, partKey(owner, name), part, { contentType: partType });
      parts.push({ name, bytes: part.byteLength });
    }
  } catch (error) {
    await removeParts(deps, owner, parts);
    throw error;
  }
  if (parts.length === 0) throw new ConeaError("invalid_request", "The file is empty.");
  return parts;
}

async function* limitFile(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.byteLength;
    if (bytes > largestFile) throw tooLarge();
    yield chunk;
  }
}

export const partType = "application/jsonl";

function tooLarge(): ConeaError {
  return new ConeaError("too_large", `The file is larger than ${largestFile} bytes.`);
}
