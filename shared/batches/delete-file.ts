import { type Principal, requireWriter } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { filePath } from "./file-document.ts";
import { findFile } from "./read-files.ts";
import { removeParts } from "./remove-parts.ts";

const mostTries = 10;

/** Takes a file away from its owner. The last batch that reads it removes its content. Throws `not_found`. */
export async function deleteFile(
  deps: Pick<Platform, "documents" | "blobs" | "clock">,
  principal: Principal,
  fileId: string,
): Promise<void> {
  requireWriter(principal);
  for (let tries = 0; tries < mostTries; tries++) {
    const { data, updateTime } = await findFile(deps, principal, fileId);
    const isDeleted = await tryCommit(deps.documents, {
      op: "update",
      path: filePath(fileId),
      fields: { deleted: true },
      precondition: { updateTime },
    });
    if (isDeleted && data.uses === 0) await removeParts(deps, data, data.parts);
    if (isDeleted) return;
  }
  throw new ConeaError("unavailable", "The file is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}
