import type { FileLink } from "../api/file.ts";
import type { StoredJson, TaskResult } from "../api/results.ts";
import type { Task } from "../api/task.ts";
import { toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import { type BlobKey, putBlob, toBlobKey } from "../platform/put-blob.ts";
import type { Answers, Bytes } from "../providers/provider.ts";
import { isStoredJson, type TaskDocument } from "./task-document.ts";

/** Above this many bytes of JSON an input or result is kept in Blobs. */
export const largestInline = 100_000;

/** How long a link to a stored file works. A task that is read later gets a fresh one. */
export const linkSeconds = 24 * 60 * 60;

type FileDeps = Pick<Platform, "blobs" | "clock">;

/** Where a caller's uploads are: an id of another user or tenant leads nowhere. */
export function uploadKey(owner: { tenant: string; createdBy: string }, blobId: string): BlobKey {
  return toBlobKey("upload", owner.tenant, owner.createdBy, "uploads", blobId);
}

/** Where a task's own files are. */
export function taskFileKey({ tenant, id }: { tenant: string; id: string }, name: string): BlobKey {
  return toBlobKey("taskFile", tenant, id, name);
}

export async function storeFile({ blobs, clock }: FileDeps, key: BlobKey, file: Bytes): Promise<FileLink> {
  const { content } = file;
  const { contentType, bytes } = await putBlob({ blobs }, key, content, { contentType: file.contentType });
  return { key, contentType, bytes, ...(await toLink({ blobs, clock }, key)) };
}

/** The value itself when it is small enough for a document, otherwise a link to it as JSON in Blobs. */
export async function storeJson<T extends object>(
  deps: FileDeps,
  key: BlobKey,
  value: T,
): Promise<T | StoredJson> {
  const json = JSON.stringify(value);
  if (json.length <= largestInline / 4 || Buffer.byteLength(json) <= largestInline) return value;
  const content = new TextEncoder().encode(json);
  return { file: await storeFile(deps, key, { content, contentType: "application/json" }) };
}

/** Puts the binary parts of an answer, and an answer too large for a document, into Blobs. */
export async function storeAnswer(
  deps: FileDeps,
  task: TaskDocument,
  answer: Answers[keyof Answers],
): Promise<TaskResult | StoredJson> {
  const store = (file: Bytes, name: string) =>
    storeFile(deps, taskFileKey(task, `${task.epoch}-${name}`), file);
  if ("file" in answer) return { file: await store(answer.file, "result") };
  if ("images" in answer && !("total" in answer)) {
    const images = answer.images.map(async ({ file, ...rest }, index) => ({
      ...rest,
      file: await store(file, `image-${index}`),
    }));
    return { images: await Promise.all(images) };
  }
  return storeJson(deps, taskFileKey(task, `${task.epoch}-result.json`), answer);
}

/** Named by its content: a reused key must not overwrite the input of the task it was used for. */
export function storeInput(deps: FileDeps, { tenant, id, input, requestHash }: TaskDocument) {
  const name = requestHash === undefined ? "input.json" : `input-${requestHash}.json`;
  return storeJson(deps, taskFileKey({ tenant, id }, name), input);
}

/** The same task with a link that still works for each of its files. */
export async function withFreshLinks(deps: FileDeps, task: Task): Promise<Task> {
  const links = fileLinks(task).filter(
    ({ urlExpiresAt }) => urlExpiresAt < toTime(deps.clock.now() + 60_000),
  );
  if (links.length === 0) return task;
  const fresh = structuredClone(task);
  await Promise.all(fileLinks(fresh).map(async (link) => Object.assign(link, await toLink(deps, link.key))));
  return fresh;
}

function fileLinks({ input, result }: Task): FileLink[] {
  const links: FileLink[] = isStoredJson(input) ? [input.file] : [];
  if (!result) return links;
  if ("file" in result) links.push(result.file);
  if ("images" in result)
    links.push(...result.images.flatMap((image) => ("file" in image ? [image.file] : [])));
  return links;
}

async function toLink(
  { blobs, clock }: FileDeps,
  key: string,
): Promise<Pick<FileLink, "url" | "urlExpiresAt">> {
  const url = await blobs.signedUrl(key, linkSeconds);
  return { url, urlExpiresAt: toTime(clock.now() + linkSeconds * 1_000) };
}
