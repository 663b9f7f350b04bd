import type { FileLink } from "../api/file.ts";
import { resultSchemas, type StoredJson, type TaskResult } from "../api/results.ts";
import type { TaskType } from "../api/task-type.ts";
import { toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import { type BlobKey, putBlob, toBlobKey } from "../platform/put-blob.ts";
import { storeFile, storeJson, taskFileKey } from "../tasks/stored-files.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { isStoredJson } from "../tasks/task-document.ts";
import type { CacheKey } from "./cache-key.ts";

type Deps = Pick<Platform, "blobs" | "clock">;
type Owner = Pick<TaskDocument, "tenant" | "id" | "type">;

export function cachedFileKey(tenant: string, key: CacheKey, name: string): BlobKey {
  return toBlobKey("cached", tenant, key, name);
}

/** A file that a result refers to is gone, or is not as it was. */
export class FileMissing extends Error {
  override readonly name = "FileMissing";
}

/** A result whose JSON is a file, as the value it is. Throws `FileMissing`, also where it is no result of that type. */
export async function loadResult(
  { blobs }: Deps,
  type: TaskType,
  result: TaskResult | StoredJson,
): Promise<TaskResult> {
  if (!isJsonFile(type, result)) return result as TaskResult;
  const { content } = await readFile(blobs, result.file);
  return parseResult(type, new TextDecoder().decode(content));
}

/** What is wrong with a text is not said: a parser's message may quote it. */
function parseResult(type: TaskType, json: string): TaskResult {
  try {
    return resultSchemas[type].parse(JSON.parse(json));
  } catch {
    throw new FileMissing();
  }
}

/** A copy of a task's result that stays when the task is gone: its files are the entry's own. Throws `FileMissing`. */
export function keepFiles(
  { blobs, clock }: Deps,
  { tenant, key }: { tenant: string; key: CacheKey },
  result: TaskResult | StoredJson,
): Promise<TaskResult | StoredJson> {
  return copyFiles(result, async (file, name) => {
    const { content, contentType } = await readFile(blobs, file);
    const stored = await putBlob({ blobs }, cachedFileKey(tenant, key, name), content, { contentType });
    return { ...stored, url: "", urlExpiresAt: toTime(clock.now()) };
  });
}

/** A result for a task, from an entry or another task: its files are that task's own. Throws `FileMissing`. */
export async function giveFiles(
  deps: Deps,
  task: Owner,
  result: TaskResult | StoredJson,
): Promise<TaskResult | StoredJson> {
  if (isJsonFile(task.type, result)) return giveJson(deps, task, await loadResult(deps, task.type, result));
  return copyFiles(result, async (file, name) =>
    storeFile(deps, taskFileKey(task, `0-${name}`), await readFile(deps.blobs, file)),
  );
}

/** A result for a task, its JSON in a file where it is large. */
export function giveJson(deps: Deps, task: Owner, result: TaskResult): Promise<TaskResult | StoredJson> {
  return storeJson(deps, taskFileKey(task, "0-result.json"), result);
}

/** Whether a result's JSON is in the file, rather than a file being the result. */
function isJsonFile(type: TaskType, result: TaskResult | StoredJson): result is StoredJson {
  return type !== "speech" && isStoredJson(result);
}

async function copyFiles(
  result: TaskResult | StoredJson,
  copy: (file: FileLink, name: string) => Promise<FileLink>,
): Promise<TaskResult | StoredJson> {
  if ("file" in result) return { file: await copy(result.file, "result") };
  if (!("images" in result) || "total" in result) return result;
  const images = result.images.map(async (image, index) => ({
    ...image,
    file: await copy(image.file, `image-${index}`),
  }));
  return { images: await Promise.all(images) };
}

async function readFile(blobs: Platform["blobs"], { key, bytes }: FileLink) {
  const found = await blobs.get(key);
  if (found?.content.length !== bytes) throw new FileMissing();
  return { content: new Uint8Array(found.content), contentType: found.info.contentType };
}
