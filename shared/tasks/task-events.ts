import type { Event, EventType } from "../api/events.ts";
import type { TaskStatus } from "../api/task-type.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type RecentEvent, type TaskDocument, taskPath } from "./task-document.ts";

type EventFields = Pick<TaskDocument, "eventSequence" | "recentEvents">;

/** More than can come between two looks of the sweep. */
const keptEvents = 12;

const statusOf: Record<EventType, TaskStatus> = {
  "task.accepted": "ready",
  "task.retrying": "scheduled",
  "task.succeeded": "succeeded",
  "task.failed": "failed",
  "task.dead": "dead",
  "task.cancelled": "cancelled",
  "task.expired": "expired",
};

/** The fields by which a write of the task records that an event has happened. */
export function withEvent(
  { eventSequence, recentEvents }: EventFields,
  type: EventType,
  at: string,
): EventFields {
  const sequence = eventSequence + 1;
  const event: RecentEvent = { sequence, type, at, status: statusOf[type] };
  return { eventSequence: sequence, recentEvents: [...recentEvents, event].slice(-keptEvents) };
}

const typeOf: Partial<Record<TaskStatus, EventType>> = {
  scheduled: "task.retrying",
  succeeded: "task.succeeded",
  failed: "task.failed",
  dead: "task.dead",
  cancelled: "task.cancelled",
  expired: "task.expired",
};

/** The event that tells of a task's coming into a status, where anybody is told. */
export function eventFor(status: TaskStatus): EventType | undefined {
  return typeOf[status];
}

/** Publishes the task's latest events in order: `latest` of them, or all that its document remembers. */
export async function publishRecent(
  { events }: Pick<Platform, "events">,
  task: TaskDocument,
  latest = keptEvents,
): Promise<void> {
  for (const recent of task.recentEvents.slice(-latest)) await events.publish(toEvent(task, recent));
}

/**
 * Publishes what a write marked as unpublished, and takes the mark away unless somebody has written the task since: then
 * that is up to them. A crash before leaves the mark for the sweep.
 */
export async function publishMarked(
  deps: Pick<Platform, "events" | "documents">,
  task: TaskDocument,
  updateTime: string,
): Promise<void> {
  await publishRecent(deps, task);
  await tryCommit(deps.documents, {
    op: "update",
    path: taskPath(task.id),
    removes: ["unpublished"],
    precondition: { updateTime },
  });
}

function toEvent(task: TaskDocument, { sequence, type, at, status }: RecentEvent): Event {
  const { id, type: taskType, queue, createdBy, tenant, traceparent } = task;
  return {
    id: `${id}.${sequence}`,
    type,
    sequence,
    time: at,
    tenant,
    task: { id, type: taskType, status, queue, createdBy },
    ...(traceparent && { traceparent }),
  };
}
