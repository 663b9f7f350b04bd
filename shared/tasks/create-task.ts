import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/**
 * Creates the task's document. Resolves to when that was (epoch ms, by the store's clock), or to `undefined` when there is
 * one of its id already. Finds out where the store does not say.
 */
export async function createTask(
  deps: Pick<Platform, "documents" | "clock">,
  task: TaskDocument,
): Promise<number | undefined> {
  const path = taskPath(task.id);
  const times = await commitMarked(deps, [{ op: "create", path, data: task }], {
    path,
    mark: task.mark ?? "",
  });
  return times && Date.parse(times[0] || task.createdAt);
}
