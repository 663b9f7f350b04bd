import { toTime } from "../core/clock.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import { endFields } from "../tasks/end-fields.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { withEvent } from "../tasks/task-events.ts";

/** What changes on a task that was not started in time. */
export function expiredFields(task: TaskDocument, now: number) {
  const completedAt = toTime(now);
  return {
    status: "expired" as const,
    completedAt,
    unpublished: true as const,
    ...endFields(task),
    ...withEvent(task, "task.expired", completedAt),
  };
}

export function toExpiredWrite({ id, data, updateTime }: Snapshot<TaskDocument>, now: number): Write {
  const fields = expiredFields(data, now);
  return { op: "update", path: taskPath(id), fields, removes: ["notBefore"], precondition: { updateTime } };
}
