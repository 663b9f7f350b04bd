import { ConeaError } from "../core/conea-error.ts";
import type { Bytes, ProviderCall } from "./provider.ts";
import { ProviderError } from "./provider-error.ts";

export type ReadBlob = ProviderCall["readBlob"];

/** Reads an upload. A missing one is an invalid request; a store that fails is worth another attempt. */
export async function readUpload(blobId: string, readBlob: ReadBlob): Promise<Bytes> {
  try {
    return await readBlob(blobId);
  } catch (cause) {
    if (!(cause instanceof ConeaError)) throw new ProviderError("unknown", { cause });
    throw new ProviderError("invalid_request", { cause, vendorCode: "upload_not_found" });
  }
}
