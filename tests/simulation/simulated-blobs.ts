import type { BlobInfo, Blobs } from "../../shared/platform/blobs.ts";
import type { Faults } from "./faults.ts";
import type { Instance } from "./instance.ts";

type Stored = { info: BlobInfo; content: Uint8Array };
export type BlobStore = Map<string, Stored>;

/** Blobs in memory, reached over a network that may fail. */
export function createSimulatedBlobs(store: BlobStore, instance: Instance, faults: Faults): Blobs {
  function call<T>(effect: () => T): Promise<T> {
    return instance.call(async () => {
      if (faults.strikes("blob_failed", instance.dice)) throw new Error("the blob store is unavailable");
      return effect();
    });
  }
  return {
    put: (key, content, { contentType }) =>
      call(() => {
        if (!(content instanceof Uint8Array)) throw new Error("streams are not simulated");
        const info = { key, contentType, bytes: content.byteLength };
        store.set(key, { info, content });
        return info;
      }),
    get: (key) => call(() => store.get(key)),
    delete: (key) => call(() => void store.delete(key)),
    signedUrl: async (key) => `https://blobs.test/${key}`,
  };
}
