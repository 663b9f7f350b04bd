import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { Blobs } from "../blobs.ts";
import { checkBlobKey, checkContentType, checkLinkSeconds } from "../check-blob.ts";
import { limitContent } from "../limit-content.ts";
import { systemClock } from "../system-clock.ts";
import { toDisposition } from "../to-disposition.ts";
import { openOnce } from "./open-once.ts";
import { putAtOnce } from "./put-at-once.ts";
import { partBytes, putInParts } from "./put-in-parts.ts";
import { readHead } from "./read-head.ts";
import { readObject } from "./read-object.ts";
import { cannotSign, signLink } from "./sign-link.ts";
import { openStorageClient } from "./storage-client.ts";
import { isMissingObject, toStorageError } from "./storage-failure.ts";
import { tryStorage } from "./try-storage.ts";

export type StorageBlobsOptions = {
  project: string;
  bucket: string;
  /** `host:port` of a server that plays Cloud Storage. Unset: what STORAGE_EMULATOR_HOST names, or else the real one. */
  endpoint?: string;
  /** After so long without an answer a request has failed. */
  timeoutMs?: number;
  clock?: Clock;
  random?: Random;
  /** Where links are signed without a key file, if not at IAM Credentials: a URL that ends in `/serviceAccounts/`. */
  signingEndpoint?: string;
};

/** Blobs as the objects of one bucket, named by their keys. The client is loaded and opened at the first call. */
export function openStorageBlobs(options: StorageBlobsOptions): Blobs {
  const { bucket, timeoutMs = 60_000, clock = systemClock, random = Math.random } = options;
  const { signingEndpoint } = options;
  const trying = { clock, random, timeoutMs };
  const client = openOnce(() => openStorageClient({ ...options, timeoutMs }));
  const plainFile = async (key: string) => (await client.get()).plain.file(key);
  const fail = (what: string) => (error: unknown) => Promise.reject(toStorageError(error, what, bucket));

  return {
    async put(key, content, { contentType, maxBytes }) {
      checkBlobKey(key);
      checkContentType(contentType);
      const metadata = { contentType, contentDisposition: toDisposition(key, contentType) };
      const mostAtOnce = content instanceof Uint8Array ? Number.POSITIVE_INFINITY : partBytes;
      const head = await readHead(limitContent(content, maxBytes), mostAtOnce);
      if (head.isWhole) {
        await putAtOnce(await plainFile(key), head.content, metadata, trying).catch(fail("store a blob"));
        return { key, contentType, bytes: head.content.length };
      }
      const { resuming } = await client.get();
      const bytes = await putInParts(resuming.file(key), head.content, metadata);
      return { key, contentType, bytes };
    },
    async get(key) {
      checkBlobKey(key);
      const file = await plainFile(key);
      try {
        const { contentType, content } = await tryStorage((signal) => readObject(file, signal), trying);
        return { info: { key, contentType, bytes: content.length }, content };
      } catch (error) {
        return isMissingObject(error) ? undefined : fail("read a blob")(error);
      }
    },
    async delete(key) {
      checkBlobKey(key);
      const file = await plainFile(key);
      await tryStorage(() => file.delete(), trying).catch((error) =>
        isMissingObject(error) ? undefined : fail("delete a blob")(error),
      );
    },
    async signedUrl(key, expiresInSeconds) {
      checkBlobKey(key);
      checkLinkSeconds(expiresInSeconds);
      const file = await plainFile(key);
      return tryStorage(() => signLink(file, expiresInSeconds, { clock, signingEndpoint }), trying).catch(
        (cause) => Promise.reject(new Error(cannotSign, { cause })),
      );
    },
  };
}
