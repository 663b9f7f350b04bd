import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/**
 * Creates the task's document, together with `guards`. Resolves to when that was (epoch ms, by the store's clock), or to
 * `undefined` when there is one of its id already or a guard did not hold. Finds out where the store does not say.
 */
export async function createTask(
  deps: Pick<Platform, "documents" | "clock">,
  task: TaskDocument,
  guards: Write[] = [],
  mayRepeat: () => boolean = () => true,
): Promise<number | undefined> {
  const create: Write = { op: "create", path: taskPath(task.id), data: task };
  const times = await commitMarked(deps, [create, ...guards], { mark: task.mark ?? "", mayRepeat });
  return times && Date.parse(times[0] || task.createdAt);
}
