import type { TaskInput } from "../api/inputs.ts";
import { type NotKept, notKept } from "../api/results.ts";
import type { TaskError } from "../api/task.ts";
import { toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import type { Answers } from "../providers/provider.ts";
import type { TaskDocument } from "./task-document.ts";

type Answer = Answers[keyof Answers];

/** How long a task waits for the one process that can run it; as long as its caller waits for the answer. */
const heldMs = 10 * 60_000;
/** A caller's answer is written within this time of the task's end. */
const keptAfterEndMs = 60_000;
/** No call is longer: what has not ended by then has been ended by others. */
const longestMs = heldMs + 10 * 60_000;

/** What the documents and the store never see of a task: this process alone has it, and loses it when it ends. */
export type HeldContent = {
  /** What the document of such a task says of who holds its content. Keeps the input until the task has ended. */
  hold(taskId: string, input: TaskInput): Pick<TaskDocument, "heldBy" | "heldUntil">;
  /** The task was not made after all. */
  drop(taskId: string): void;
  /** It is this process that can run the task. */
  holds(taskId: string): boolean;
  /** Throws `ContentNotKept`. */
  inputOf(taskId: string): TaskInput;
  /** Keeps an answer for the caller that waits for it here, for a minute. Gives what stands in its place. */
  keepAnswer(taskId: string, answer: Answer): NotKept;
  /** `undefined` where it is not here (any more). */
  answerOf(taskId: string): Answer | undefined;
  /** The task has ended: its input is needed no more. */
  end(taskId: string): void;
};

/** The content of a task is not in this process, and nowhere else. */
export class ContentNotKept extends Error {
  override readonly name = "ContentNotKept";
}

export const contentNotKept: TaskError = {
  code: "content_not_kept",
  message:
    "The content was not to be stored, and the process that held it has ended or could not start the task in time; send the request again.",
  retryable: false,
};

/** `mayTake`: whether a process may claim a task, by whose content it holds. Pure. */
export function mayTake(
  { id, heldBy, heldUntil = "" }: Pick<TaskDocument, "id" | "heldBy" | "heldUntil">,
  holds: (taskId: string) => boolean,
  now: number,
): boolean {
  return heldBy === undefined || holds(id) || heldUntil <= toTime(now);
}

type Entry = { input?: TaskInput; answer?: Answer; until: number };

export function createHeldContent({ clock, ids }: Pick<Platform, "clock" | "ids">): HeldContent {
  const process = ids.newId("process");
  const entries = new Map<string, Entry>();

  function forgetOld(): void {
    for (const [id, { until }] of entries) if (until <= clock.now()) entries.delete(id);
  }

  return {
    hold(taskId, input) {
      forgetOld();
      // A repeated request finds the content that is already there.
      if (!entries.has(taskId)) entries.set(taskId, { input, until: clock.now() + longestMs });
      return { heldBy: process, heldUntil: toTime(clock.now() + heldMs) };
    },
    drop: (taskId) => void entries.delete(taskId),
    holds: (taskId) => entries.get(taskId)?.input !== undefined,
    inputOf(taskId) {
      const input = entries.get(taskId)?.input;
      if (!input) throw new ContentNotKept();
      return input;
    },
    keepAnswer(taskId, answer) {
      const entry = entries.get(taskId);
      if (entry) entry.answer = answer;
      return notKept;
    },
    answerOf: (taskId) => entries.get(taskId)?.answer,
    end(taskId) {
      const entry = entries.get(taskId);
      if (!entry) return;
      delete entry.input;
      entry.until = clock.now() + keptAfterEndMs;
    },
  };
}
