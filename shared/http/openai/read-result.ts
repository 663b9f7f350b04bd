import type { ImageGenerationResult, SpeechResult, TaskResult } from "../../api/results.ts";
import type { TaskType } from "../../api/task-type.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Answers, Bytes } from "../../providers/provider.ts";
import { contentNotKept, type HeldContent } from "../../tasks/held-content.ts";
import { isNotKept, isStoredJson } from "../../tasks/task-document.ts";
import { TaskFailure } from "./task-failure.ts";
import type { WatchedTask } from "./watch-task.ts";

/** `held` where the caller's own task may be read, whose content was not to be stored. */
export type ReadDeps = Pick<Platform, "blobs"> & { held?: HeldContent };
type TextType = Exclude<TaskType, "image_search" | "image_generation" | "speech">;

/**
 * The result of a task that has succeeded, from Blobs where it is large, and from this process where it was not to be stored.
 * Throws `TaskFailure` where it was held elsewhere.
 */
export async function readResult<T extends TextType>(
  deps: ReadDeps,
  task: WatchedTask,
): Promise<TaskResult<T>> {
  const { result } = task;
  // A task's result has the shape of its type: the provider's answer was read by it.
  if (isNotKept(result)) return readHeld<T>(deps, task) as TaskResult<T>;
  if (!isStoredJson(result)) return result as TaskResult<T>;
  const { content } = await readFile(deps, result.file);
  return JSON.parse(new TextDecoder().decode(content)) as TaskResult<T>;
}

export type ReadImage = { file: Bytes; url?: string; revisedPrompt?: string };

/** The images of a task that has succeeded; one that was not to be stored has no link. Throws as `readResult` does. */
export async function readImages(
  deps: ReadDeps,
  task: WatchedTask,
  { withContent }: { withContent: boolean },
): Promise<ReadImage[]> {
  if (isNotKept(task.result)) return readHeld<"image_generation">(deps, task).images;
  const { images } = task.result as ImageGenerationResult;
  const none = { content: new Uint8Array(), contentType: "" };
  return Promise.all(
    images.map(async ({ file, ...rest }) => ({
      ...rest,
      url: file.url,
      file: withContent ? await readFile(deps, file) : none,
    })),
  );
}

/** The sound of a task that has succeeded. Throws as `readResult` does. */
export async function readSpeech(deps: ReadDeps, task: WatchedTask): Promise<Bytes> {
  if (isNotKept(task.result)) return readHeld<"speech">(deps, task).file;
  return readFile(deps, (task.result as SpeechResult).file);
}

function readHeld<T extends TaskType>({ held }: ReadDeps, { id }: WatchedTask): Answers[T] {
  const answer = held?.answerOf(id);
  // It has the shape of the task's type: the provider's answer was read by it.
  if (answer) return answer as Answers[T];
  throw new TaskFailure(contentNotKept.code, contentNotKept.message, { "x-conea-task-id": id });
}

async function readFile({ blobs }: ReadDeps, { key }: { key: string }): Promise<Bytes> {
  const found = await blobs.get(key);
  if (!found) throw new Error("a file of a result is not there");
  return { content: new Uint8Array(found.content), contentType: found.info.contentType };
}
