import { type BlobEnd, type BlobKind, blobKinds } from "./blob-kinds.ts";
import type { BlobInfo, Blobs } from "./blobs.ts";

declare const kindOf: unique symbol;

/** Where a blob of a known kind lies, so that it is known when it ends. */
export type BlobKey = string & { readonly [kindOf]: BlobKind };

/** The key of a blob of that kind: a path of plain segments. */
export function toBlobKey(kind: BlobKind, tenant: string, ...path: [string, ...string[]]): BlobKey {
  const { folder, end }: { folder: string; end: BlobEnd } = blobKinds[kind];
  const suffix = end.by === "age" ? end.suffix : "";
  return `tenants/${tenant}/${folder}/${path.join("/")}${suffix}` as BlobKey;
}

/** Stores a blob of a known kind. As `Blobs.put`, which nobody else calls. */
export function putBlob(
  { blobs }: { blobs: Blobs },
  key: BlobKey,
  ...[content, options]: Parameters<Blobs["put"]> extends [string, ...infer Rest] ? Rest : never
): Promise<BlobInfo> {
  return blobs.put(key, content, options);
}
