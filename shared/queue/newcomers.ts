import type { Snapshot, Write } from "../platform/documents.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";

/** A task that the claim itself is to keep: written running, or not at all. */
export type Newcomer = {
  task: TaskDocument;
  /** Whether a commit that keeps it may still be sent. */
  isFresh: () => boolean;
};

type Head = Snapshot<TaskDocument>;

/** No document has this write time: it marks a head that is not stored yet. */
const never = "";

/** A newcomer as if it were a head of its line. */
export function toHead({ task }: Newcomer): Head {
  return { path: taskPath(task.id), id: task.id, data: task, updateTime: never };
}

export function isStored({ updateTime }: Head): boolean {
  return updateTime !== never;
}

/**
 * The heads of a line and those who come to it, in its order. `isWhole`: more heads than these there are none; otherwise
 * nobody knows who comes after the last of them, so that no newcomer does.
 */
export function withNewcomers(heads: Head[], newcomers: Head[], isWhole: boolean): Head[] {
  if (newcomers.length === 0) return heads;
  const last = isWhole ? undefined : heads.at(-1);
  const early = last ? newcomers.filter((one) => byTurn(one, last) < 0) : newcomers;
  return [...heads, ...early].sort(byTurn);
}

function byTurn({ data: a }: Head, { data: b }: Head): number {
  return a.priority - b.priority || a.sequence - b.sequence;
}

/** The write that keeps a newcomer as a claim leaves it. */
export function toKeep({ path, data }: Head, fields: object): Write {
  return { op: "create", path, data: { ...data, ...fields } };
}
