import type { Principal } from "../access/principal.ts";
import type { Allowances } from "../allowances/allowances.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { changeTask } from "./change-task.ts";
import { endFields } from "./end-fields.ts";
import type { TaskDocument } from "./task-document.ts";
import { publishMarked, withEvent } from "./task-events.ts";

/**
 * Takes a task that waits out of its line and lays it among the dead letters, from where it can be replayed. Moving it again
 * changes nothing. Throws `not_found`, and `conflict` while it runs or once it has ended otherwise.
 */
export async function moveToDeadLetters(
  deps: Pick<Platform, "documents" | "clock" | "events"> & { log: Log; allowances: Allowances },
  principal: Principal,
  taskId: string,
): Promise<TaskDocument> {
  const { after, updateTime } = await changeTask(deps, principal, taskId, (task) => {
    if (task.status === "dead") return undefined;
    if (task.status === "ready" || task.status === "scheduled") return toDead(task, toTime(deps.clock.now()));
    throw new ConeaError("conflict", `Only a task that waits can be moved (${task.status}).`);
  });
  if (after.unpublished) {
    await publishMarked(deps, after, updateTime).catch((error) =>
      deps.log.warn("event left to a repetition", { taskId, ...toErrorField(error) }),
    );
  }
  // What was told of has been written since.
  deps.allowances.note(after, "");
  return after;
}

function toDead(task: TaskDocument, completedAt: string): Partial<TaskDocument> {
  return {
    status: "dead",
    completedAt,
    error: {
      code: "moved_to_dead_letters",
      message: "The task was laid aside before its attempts were used up.",
      retryable: true,
    },
    unpublished: true,
    ...endFields(task),
    ...withEvent(task, "task.dead", completedAt),
  };
}
