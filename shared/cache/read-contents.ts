import { createHash } from "node:crypto";
import type { TaskInput } from "../api/inputs.ts";
import type { Platform } from "../platform/platform.ts";
import { uploadIds } from "../tasks/load-input.ts";
import { uploadKey } from "../tasks/stored-files.ts";

/** Digests of the uploads that an input of this owner refers to, by id. Throws where one is not there. */
export async function readContents(
  { blobs }: Pick<Platform, "blobs">,
  owner: { tenant: string; createdBy: string },
  input: TaskInput,
): Promise<Map<string, string>> {
  const digests = uploadIds(input).map(async (id): Promise<[string, string]> => {
    const found = await blobs.get(uploadKey(owner, id));
    if (!found) throw new Error("an upload of the input is not there");
    const hash = createHash("sha256").update(`${found.info.contentType}\n`).update(found.content);
    return [id, hash.digest("hex")];
  });
  return new Map(await Promise.all(digests));
}
