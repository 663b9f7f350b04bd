import type { Clock } from "../../core/clock.ts";
import type { BlobInfo } from "../blobs.ts";

/** Where embedded blobs lie. Keys are checked before they come here. */
export type BlobStore = {
  /** Replaces what was there once all of `content` has come; leaves it alone when `content` fails. */
  write(key: string, contentType: string, content: AsyncIterable<Uint8Array>): Promise<BlobInfo>;
  /** The content is read as it is consumed. Cancel it, or read it to its end. */
  open(key: string): Promise<{ info: BlobInfo; content: ReadableStream<Uint8Array> } | undefined>;
  remove(key: string): Promise<void>;
  /** Each blob, and when it was written (epoch ms). Those that come or go meanwhile may be missed. */
  list(): AsyncIterable<StoredBlob>;
};

export type StoredBlob = { key: string; writtenAt: number };

export function createMemoryBlobStore(clock: Clock): BlobStore {
  const blobs = new Map<string, { info: BlobInfo; content: Uint8Array<ArrayBuffer>; writtenAt: number }>();
  return {
    async write(key, contentType, chunks) {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      const content = Buffer.concat(parts);
      const info = { key, contentType, bytes: content.length };
      blobs.set(key, { info, content, writtenAt: clock.now() });
      return info;
    },
    async open(key) {
      const found = blobs.get(key);
      return found && { info: found.info, content: new Blob([found.content]).stream() };
    },
    async remove(key) {
      blobs.delete(key);
    },
    async *list() {
      for (const [key, { writtenAt }] of blobs) yield { key, writtenAt };
    },
  };
}
