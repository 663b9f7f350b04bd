import { createHash } from "node:crypto";
import type { Principal } from "../../access/principal.ts";
import { idFrom } from "../../core/ids.ts";
import type { Platform } from "../../platform/platform.ts";
import { putBlob } from "../../platform/put-blob.ts";
import type { Bytes } from "../../providers/provider.ts";
import { uploadKey } from "../../tasks/stored-files.ts";

/**
 * Keeps content that came within a request as an upload of the caller's. Named by what it is: a repeated request refers to
 * the same one, and so is the same request.
 */
export async function keepUpload(
  { blobs }: Pick<Platform, "blobs">,
  { tenant, user }: Principal,
  { content, contentType }: Bytes,
): Promise<{ blob: string }> {
  const digest = createHash("sha256").update(content).digest("hex");
  const blob = idFrom("blob", tenant, user, contentType, digest);
  await putBlob({ blobs }, uploadKey({ tenant, createdBy: user }, blob), content, { contentType });
  return { blob };
}
