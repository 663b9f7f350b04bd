import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { publishRecent } from "../tasks/task-events.ts";

/**
 * Publishes the events of a task that ended without a claim, and takes its mark away: nothing but this writes to it by then that
 * could set one. What fails is left to the sweep.
 */
export async function tellOfHit(
  { documents, events, log }: Pick<Platform, "documents" | "events"> & { log: Log },
  task: TaskDocument,
): Promise<void> {
  try {
    await publishRecent({ events }, task);
    await tryCommit(documents, { op: "update", path: taskPath(task.id), removes: ["unpublished"] });
  } catch (error) {
    log.warn("event left to the sweep", { taskId: task.id, ...toErrorField(error) });
  }
}
