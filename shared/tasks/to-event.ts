import type { Event, EventType } from "../api/events.ts";
import type { TaskStatus } from "../api/task-type.ts";
import { toTime } from "../core/clock.ts";
import type { TaskDocument } from "./task-document.ts";

const eventTypes: Partial<Record<TaskStatus, EventType>> = {
  scheduled: "task.retrying",
  succeeded: "task.succeeded",
  failed: "task.failed",
  dead: "task.dead",
  cancelled: "task.cancelled",
  expired: "task.expired",
};

/** The fact that a task was accepted. */
export function toAcceptedEvent(task: TaskDocument): Event {
  return toEvent("task.accepted", task, task.createdAt);
}

/** The fact that a task has come into its present status; `undefined` for those nobody is told of. */
export function toStatusEvent(task: TaskDocument, now: number): Event | undefined {
  const type = eventTypes[task.status];
  return type && toEvent(type, task, task.completedAt ?? toTime(now));
}

function toEvent(type: EventType, task: TaskDocument, time: string): Event {
  const { id, type: taskType, status, queue, createdBy, tenant, epoch } = task;
  return {
    id: `${id}.${epoch}.${type}`,
    type,
    time,
    tenant,
    task: { id, type: taskType, status, queue, createdBy },
  };
}
