import { pipeline } from "node:stream/promises";
import type { File } from "@google-cloud/storage";
import type { ObjectMetadata } from "./put-at-once.ts";
import { toStorageError } from "./storage-failure.ts";

/** What is held in memory of an upload, for sending it again. A multiple of 256 KiB, as Cloud Storage asks for. */
export const partBytes = 4 * 1_024 * 1_024;

/**
 * Stores content that is too large to hold, part by part in one upload session. The object appears with the last part, and
 * only then; an upload that is given up leaves nothing. Gives the number of bytes. Rejects with the content's own error where
 * that is what failed.
 */
export async function putInParts(
  file: File,
  content: AsyncIterable<Uint8Array>,
  metadata: ObjectMetadata,
): Promise<number> {
  let bytes = 0;
  const source: { error?: unknown } = {};
  async function* counted() {
    try {
      for await (const chunk of content) {
        bytes += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      source.error = error;
      throw error;
    }
  }
  const target = file.createWriteStream({
    resumable: true,
    chunkSize: partBytes,
    validation: "md5",
    metadata: { ...metadata },
  });
  try {
    await pipeline(counted, target);
  } catch (error) {
    throw source.error ?? toStorageError(error, "store a blob", file.bucket.name);
  }
  return bytes;
}
