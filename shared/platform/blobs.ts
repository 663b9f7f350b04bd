export type BlobInfo = { key: string; contentType: string; bytes: number };

/** Large and binary content. A key is a path of plain segments: `tenants/t/users/u/blob_x`. */
export interface Blobs {
  /**
   * Stores `content` under `key`, replacing what was there; readers see the old or the new, never a part. Throws
   * `BlobTooLarge` and stores nothing when more than `maxBytes` arrive.
   */
  put(
    key: string,
    content: Uint8Array | ReadableStream<Uint8Array>,
    options: { contentType: string; maxBytes?: number },
  ): Promise<BlobInfo>;
  /** Resolves to `undefined` when there is none. */
  get(key: string): Promise<{ info: BlobInfo; content: Uint8Array } | undefined>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  /** A link that anybody may read for `expiresInSeconds` (at most 7 days). The blob need not exist yet. */
  signedUrl(key: string, expiresInSeconds: number): Promise<string>;
}

export class BlobTooLarge extends Error {
  override readonly name = "BlobTooLarge";
}
