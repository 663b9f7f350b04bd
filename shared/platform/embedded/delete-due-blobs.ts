import { agedEnds } from "../blob-kinds.ts";
import type { BlobStore, StoredBlob } from "./blob-store.ts";

const dayMs = 24 * 60 * 60 * 1_000;

type Options = { now: number; keepDays?: number | undefined };

/** Does for a folder what a bucket's own rules do (terraform/storage.tf): deletes the blobs whose end has come, and counts them. */
export async function deleteDueBlobs(store: BlobStore, options: Options): Promise<number> {
  let count = 0;
  for await (const blob of store.list()) {
    if (!isDue(blob, options)) continue;
    await store.remove(blob.key);
    count++;
  }
  return count;
}

function isDue(
  { key, writtenAt }: StoredBlob,
  { now, keepDays = Number.POSITIVE_INFINITY }: Options,
): boolean {
  const own = agedEnds.filter(({ suffix }) => key.endsWith(suffix)).map(({ days }) => days);
  return now - writtenAt >= Math.min(keepDays, ...own) * dayMs;
}
