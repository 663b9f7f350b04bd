import type { TaskInput } from "../api/inputs.ts";
import type { Platform } from "../platform/platform.ts";
import type { Bytes } from "../providers/provider.ts";
import { ContentNotKept, type HeldContent } from "./held-content.ts";
import { uploadKey } from "./stored-files.ts";
import { fromStoredInput, isNotKept, isStoredJson, type TaskDocument } from "./task-document.ts";

/** An upload the input refers to is gone. */
export class UploadMissing extends Error {
  override readonly name = "UploadMissing";
}

/** A task's input with the uploads it refers to, by id. */
export type LoadedInput = { input: TaskInput; uploads: Map<string, Bytes> };

/** Reads all a call will need, so that no permit is spent on waiting for it. Throws `UploadMissing` and `ContentNotKept`. */
export async function loadInput(
  { blobs, held }: Pick<Platform, "blobs"> & { held: HeldContent },
  task: TaskDocument,
): Promise<LoadedInput> {
  const known = task.heldBy === undefined ? inlineInput(task) : held.inputOf(task.id);
  const input = known ?? (await readInput({ blobs }, task));
  const ids = uploadIds(input);
  if (ids.length === 0) return { input, uploads: new Map() };
  const uploads = ids.map(async (id): Promise<[string, Bytes]> => {
    const found = await blobs.get(uploadKey(task, id));
    if (!found) throw new UploadMissing();
    return [id, { content: new Uint8Array(found.content), contentType: found.info.contentType }];
  });
  return { input, uploads: new Map(await Promise.all(uploads)) };
}

/** A task's input, from Blobs where it is large. */
export async function readInput(
  { blobs }: Pick<Platform, "blobs">,
  { input }: TaskDocument,
): Promise<TaskInput> {
  if (isNotKept(input)) throw new ContentNotKept();
  if (!isStoredJson(input)) return fromStoredInput(input);
  const stored = await blobs.get(input.file.key);
  if (!stored) throw new Error("the task's input is no longer in Blobs");
  return fromStoredInput(JSON.parse(new TextDecoder().decode(stored.content)));
}

function inlineInput({ input }: TaskDocument): TaskInput | undefined {
  return isNotKept(input) || isStoredJson(input) ? undefined : fromStoredInput(input);
}

/** The uploads an input refers to. */
export function uploadIds(input: TaskInput): string[] {
  if ("audio" in input) return "blob" in input.audio ? [input.audio.blob] : [];
  if (!("messages" in input)) return [];
  const parts = input.messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  return parts.flatMap((part) => (part.type === "image" && "blob" in part.image ? [part.image.blob] : []));
}
