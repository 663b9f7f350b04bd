import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/** Creates the task's document; `false` when there is one of its id already. Finds out where the store does not say. */
export async function createTask(
  deps: Pick<Platform, "documents" | "clock">,
  task: TaskDocument,
): Promise<boolean> {
  const path = taskPath(task.id);
  const times = await commitMarked(deps, [{ op: "create", path, data: task }], {
    path,
    mark: task.mark ?? "",
  });
  return times !== undefined;
}
