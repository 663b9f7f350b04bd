import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import { createServiceAccount, writeKeyFile } from "../../../tests/emulators/storage/service-account.ts";
import { startStorage } from "../../../tests/emulators/storage/start-storage.ts";
import { openStorageBlobs, type StorageBlobsOptions } from "./blobs.ts";

const account = createServiceAccount();
const folder = mkdtempSync(join(tmpdir(), "conea-key-"));

/** For the tests of a file: the official client finds the test's key where it looks for one. */
export function useKeyFile(): void {
  beforeAll(() => {
    const keyFile = join(folder, "key.json");
    writeKeyFile(keyFile, account);
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", keyFile);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
}

/** Blobs in a Cloud Storage of their own, that trusts the key of the test. */
export async function openBlobs(options: Partial<StorageBlobsOptions> = {}) {
  const { clock } = options;
  const storage = await startStorage({ buckets: ["content"], trusted: account, ...(clock && { clock }) });
  const blobs = openStorageBlobs({
    project: "demo",
    bucket: "content",
    endpoint: storage.endpoint,
    random: () => 0,
    ...options,
  });
  return { storage, blobs, fetch, close: storage.close, [Symbol.asyncDispose]: storage.close };
}

/** Bytes that differ from place to place, so that a part in the wrong place is seen. */
export function fill(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index += 4) bytes.writeUInt32LE((index * seed) >>> 0, index);
  return bytes;
}

/** Content that comes bit by bit, and then ends as `onEnd` says. */
export function toStream(
  content: Uint8Array,
  onEnd: (stream: ReadableStreamDefaultController) => void = (c) => c.close(),
) {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= content.length) return onEnd(controller);
      controller.enqueue(content.subarray(at, at + 500_000));
      at += 500_000;
    },
  });
}
