import type { Platform } from "../platform/platform.ts";
import { type FilePart, partKey } from "./file-document.ts";

const atOnce = 20;

/** Removes a file's content. Removing what is gone succeeds. */
export async function removeParts(
  { blobs }: Pick<Platform, "blobs">,
  file: { id: string; tenant: string },
  parts: FilePart[],
): Promise<void> {
  for (let at = 0; at < parts.length; at += atOnce) {
    const some = parts.slice(at, at + atOnce);
    await Promise.all(some.map(({ name }) => blobs.delete(partKey(file, name))));
  }
}
