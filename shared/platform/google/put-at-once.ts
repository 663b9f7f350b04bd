import { createHash } from "node:crypto";
import type { File } from "@google-cloud/storage";
import { toStorageStatus } from "./storage-failure.ts";
import { type TryOptions, tryStorage } from "./try-storage.ts";

/** What an object is made with. */
export type ObjectMetadata = { contentType: string; contentDisposition: string };

/** How often somebody else may come first. */
const rounds = 5;

/**
 * Stores content in one request. Cloud Storage compares its MD5 before the object appears. The request names the generation
 * that it replaces (first: none), so that one whose answer was lost is done once when it is sent twice.
 */
export async function putAtOnce(
  file: File,
  content: Buffer,
  metadata: ObjectMetadata,
  options: TryOptions,
): Promise<void> {
  const md5Hash = createHash("md5").update(content).digest("base64");
  let generation = 0;
  for (let round = 1; ; round++) {
    try {
      return await tryStorage(() => save(file, content, { ...metadata, md5Hash }, generation), options);
    } catch (error) {
      if (toStorageStatus(error) !== 412 || round === rounds) throw error;
    }
    const current = await tryStorage(() => readMetadata(file), options);
    if (current?.md5Hash === md5Hash && current.contentType === metadata.contentType) return;
    generation = Number(current?.generation ?? 0);
  }
}

function save(
  file: File,
  content: Buffer,
  metadata: ObjectMetadata & { md5Hash: string },
  ifGenerationMatch: number,
): Promise<void> {
  return file.save(content, {
    resumable: false,
    validation: false,
    metadata: { ...metadata },
    preconditionOpts: { ifGenerationMatch },
  });
}

async function readMetadata(file: File) {
  try {
    const [metadata] = await file.getMetadata();
    return metadata;
  } catch (error) {
    if (toStorageStatus(error) === 404) return undefined;
    throw error;
  }
}
