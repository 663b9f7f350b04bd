import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { Blobs } from "../blobs.ts";
import { checkBlobKey, checkContentType, checkLinkSeconds } from "../check-blob.ts";
import { limitContent } from "../limit-content.ts";
import { createMemoryBlobStore } from "./blob-store.ts";
import { deleteDueBlobs } from "./delete-due-blobs.ts";
import { openFileBlobStore } from "./file-blob-store.ts";
import { readOrCreateKey } from "./read-or-create-key.ts";
import { createServeBlob } from "./serve-blob.ts";
import { createSignedLinks } from "./signed-links.ts";

export type EmbeddedBlobsOptions = {
  /** Where blobs, and the key that signs links, outlive the process. Without it both live in memory only. */
  folder?: string;
  clock: Clock;
  /** Where `serveBlob` is reached, without a slash at the end. Asked for each link. */
  baseUrl: () => string;
  /** After how many days any blob is deleted; never where absent, unless its kind ends by its age. */
  keepDays?: number | undefined;
};

export type EmbeddedBlobs = {
  blobs: Blobs;
  /** What answers the signed links: `GET {baseUrl}/_blobs/…`. */
  serveBlob: (request: Request) => Promise<Response>;
  /** Deletes the blobs whose end has come, and counts them. */
  deleteDue: () => Promise<number>;
};

export async function openEmbeddedBlobs(options: EmbeddedBlobsOptions): Promise<EmbeddedBlobs> {
  const { folder, clock, baseUrl, keepDays } = options;
  const store = folder === undefined ? createMemoryBlobStore(clock) : await openFileBlobStore(folder, clock);
  const secret =
    folder === undefined ? randomBytes(32) : await readOrCreateKey(join(folder, ".link-signing-key"));
  const links = createSignedLinks(secret, clock, baseUrl);

  const blobs: Blobs = {
    async put(key, content, { contentType, maxBytes }) {
      checkBlobKey(key);
      checkContentType(contentType);
      return store.write(key, contentType, limitContent(content, maxBytes));
    },
    async get(key) {
      checkBlobKey(key);
      const found = await store.open(key);
      return found && { info: found.info, content: await new Response(found.content).bytes() };
    },
    async delete(key) {
      checkBlobKey(key);
      await store.remove(key);
    },
    async signedUrl(key, expiresInSeconds) {
      checkBlobKey(key);
      checkLinkSeconds(expiresInSeconds);
      return links.sign(key, expiresInSeconds);
    },
  };
  return {
    blobs,
    serveBlob: createServeBlob(store, links),
    deleteDue: () => deleteDueBlobs(store, { now: clock.now(), keepDays }),
  };
}
