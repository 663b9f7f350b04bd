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

/** Content that no file has yet. */
export type StoredContent = Pick<FileDocument, "id" | "tenant" | "createdBy" | "filename" | "parts">;

export type FileOptions = { expiresAfterSeconds?: number | undefined };

type Deps = Pick<Platform, "documents" | "blobs" | "clock" | "ids">;

/**
 * Keeps a file of lines for a batch, part by part, so that neither this nor whoever reads it holds all of it. What it holds
 * is checked by the batch. Throws `too_large` and `invalid_request`; then nothing is kept.
 */
export async function storeFile(
  deps: Deps,
  principal: Principal,
  file: NewFile,
  options?: FileOptions,
): Promise<FileDocument> {
  return keepFile(deps, await storeContent(deps, principal, file), options);
}

/** The first half of `storeFile`: nobody sees the file yet. Whoever does not keep it removes its parts. Throws the same. */
export async function storeContent(
  deps: Pick<Deps, "blobs" | "ids">,
  { tenant, user: createdBy }: Principal,
  { filename, content }: NewFile,
): Promise<StoredContent> {
  const owner = { id: deps.ids.newId("file"), tenant };
  return { ...owner, createdBy, filename, parts: await storeParts(deps, owner, content) };
}

/** The second half: the content becomes a file, which goes by itself after `expiresAfterSeconds`. */
export async function keepFile(
  deps: Pick<Deps, "documents" | "clock">,
  stored: StoredContent,
  { expiresAfterSeconds }: FileOptions = {},
): Promise<FileDocument> {
  const now = deps.clock.now();
  const file: FileDocument = {
    ...stored,
    purpose: "batch",
    bytes: stored.parts.reduce((sum, { bytes }) => sum + bytes, 0),
    createdAt: toTime(now),
    ...toExpiry(now, expiresAfterSeconds),
    sequence: nextSequence(now),
    deleted: false,
    uses: 0,
  };
  await deps.documents.commit([{ op: "create", path: filePath(file.id), data: file }]);
  return file;
}

/** When a file that is made now is gone; nothing where it stays. Pure. */
export function toExpiry(now: number, seconds: number | undefined): Pick<FileDocument, "expiresAt"> {
  return seconds === undefined ? {} : { expiresAt: toTime(now + seconds * 1_000) };
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
