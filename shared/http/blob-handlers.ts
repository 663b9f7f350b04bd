import { createHash } from "node:crypto";
import type { Principal } from "../access/principal.ts";
import type { Blob } from "../api/file.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import { BlobTooLarge } from "../platform/blobs.ts";
import type { Platform } from "../platform/platform.ts";
import { type BlobKey, putBlob } from "../platform/put-blob.ts";
import { uploadKey } from "../tasks/stored-files.ts";
import type { Handlers } from "./create-app.ts";
import { readIdempotencyKey } from "./read-headers.ts";

/** The largest upload in bytes. */
export const largestUpload = 100_000_000;

const typePattern = /^(image|audio)\/[a-z0-9.+-]{1,64}$/;

export function createBlobHandlers({
  blobs,
  ids,
}: Pick<Platform, "blobs" | "ids">): Pick<Handlers, "uploadBlob"> {
  async function store(request: Request, key: BlobKey, contentType: string): Promise<number> {
    if (Number(request.headers.get("content-length") ?? 0) > largestUpload) throw tooLarge();
    const content = request.body ?? new Uint8Array();
    try {
      const { bytes } = await putBlob({ blobs }, key, content, { contentType, maxBytes: largestUpload });
      if (bytes > 0) return bytes;
    } catch (error) {
      throw error instanceof BlobTooLarge ? tooLarge() : error;
    }
    await blobs.delete(key);
    throw new ConeaError("invalid_request", "The upload is empty; send the image or audio as the body.");
  }

  return {
    async uploadBlob({ request, principal }) {
      const contentType = readContentType(request.headers);
      const idempotencyKey = readIdempotencyKey(request.headers);
      const id = idempotencyKey === undefined ? ids.newId("blob") : toUploadId(principal, idempotencyKey);
      const key = uploadKey({ tenant: principal.tenant, createdBy: principal.user }, id);
      const earlier = idempotencyKey === undefined ? undefined : await blobs.get(key);
      if (earlier) await requireSame(request, earlier.content);
      const bytes = earlier ? earlier.info.bytes : await store(request, key, contentType);
      const blob: Blob = { id, contentType: earlier?.info.contentType ?? contentType, bytes };
      return Response.json(blob, {
        status: 201,
        ...(earlier && { headers: { "Idempotent-Replayed": "true" } }),
      });
    },
  };
}

function toUploadId({ tenant, user }: Principal, idempotencyKey: string): string {
  return idFrom("blob", tenant, user, idempotencyKey);
}

function readContentType(headers: Headers): string {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (typePattern.test(type)) return type;
  throw new ConeaError(
    "unsupported_media_type",
    "Send an image or audio, with its Content-Type, such as image/png.",
  );
}

/** A repeated key must come with the same content; it is read to its end, and at most as far as the first one. */
async function requireSame(request: Request, earlier: Uint8Array): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > earlier.byteLength) break;
    hash.update(chunk);
  }
  const isSame =
    bytes === earlier.byteLength && hash.digest().equals(createHash("sha256").update(earlier).digest());
  if (isSame) return;
  throw new ConeaError(
    "idempotency_key_reused",
    "This Idempotency-Key was used for another upload; use a new key for a new upload.",
  );
}

function tooLarge(): ConeaError {
  return new ConeaError("too_large", `The upload is larger than ${largestUpload} bytes.`);
}
