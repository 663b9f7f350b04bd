/** When blobs of a kind are gone at the latest. */
export type BlobEnd =
  /** So many days after they were written. Their keys end in `suffix`, by which a bucket's rule knows them. */
  | { by: "age"; days: number; suffix: `.${string}` }
  /** Whoever owns them deletes them. */
  | { by: "owner" }
  /** What refers to them is kept for as long as the operator wants, and so are they: `blobs.days` of Terraform, `CONEA_BLOB_DAYS`. */
  | { by: "operator" };

/**
 * Every kind of blob that is written, the folder of its tenant in which it lies (`tenants/{tenant}/{folder}/…`), and its end. The
 * bucket's rules are in terraform/storage.tf; a folder on this machine is tidied by `deleteDueBlobs`.
 */
export const blobKinds = {
  /** `{user}/uploads/{id}`: what callers sent, for as many tasks as refer to it. */
  upload: { folder: "users", end: { by: "operator" } },
  /** `{task}/{name}`: inputs and results too large for a document, images and speech. */
  taskFile: { folder: "tasks", end: { by: "operator" } },
  /** `{key}/{name}`: what an entry of the cache refers to for thirty days at most. */
  cached: { folder: "cache", end: { by: "age", days: 31, suffix: ".cached" } },
  /** `{file}/{part}`: what batches read and write. */
  filePart: { folder: "files", end: { by: "owner" } },
  /** `{hook}/{sha256}`: bodies of hooks that came in, whose receipts are kept for thirty days. */
  hookBody: { folder: "hooks", end: { by: "age", days: 31, suffix: ".hook" } },
  /** `{period}.{day}.csv`: the rows of a report. */
  usageReport: { folder: "usage", end: { by: "operator" } },
} as const satisfies Record<string, { folder: string; end: BlobEnd }>;

export type BlobKind = keyof typeof blobKinds;

/** Each end by age. */
export const agedEnds = Object.values(blobKinds).flatMap(({ end }) => (end.by === "age" ? [end] : []));
