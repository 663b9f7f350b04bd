import type { Principal } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Log } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { changeTask } from "./change-task.ts";
import type { TaskDocument } from "./task-document.ts";

/**
 * Gives a task that waits another priority, from the next claim on. It keeps its sequence, so among its new equals its age
 * counts. Throws `not_found`, and `conflict` once it runs or has ended.
 */
export async function reprioritiseTask(
  deps: Pick<Platform, "documents" | "clock" | "events"> & { log: Log },
  principal: Principal,
  taskId: string,
  priority: number,
): Promise<TaskDocument> {
  const { after } = await changeTask(deps, principal, taskId, (task) => {
    if (task.status !== "ready" && task.status !== "scheduled") {
      throw new ConeaError("conflict", `The task does not wait any more (${task.status}).`);
    }
    return task.priority === priority ? undefined : { priority };
  });
  return after;
}
