import type { EventAttempt, TaskEvent, TaskEventType } from "../api/events.ts";
import type { Attempt } from "../api/task.ts";
import { type TaskStatus, terminalStatuses } from "../api/task-type.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type RecentEvent, type TaskDocument, taskPath } from "./task-document.ts";

type EventFields = Pick<TaskDocument, "eventSequence" | "recentEvents">;

/** More than can come between two looks of the sweep. */
const keptEvents = 12;

const statusOf: Record<TaskEventType, TaskStatus> = {
  "task.accepted": "ready",
  "task.started": "running",
  "task.retrying": "scheduled",
  "task.succeeded": "succeeded",
  "task.failed": "failed",
  "task.dead": "dead",
  "task.cancelled": "cancelled",
  "task.expired": "expired",
};

/** The fields by which a write of the task records that an event has happened. `attempts` are those after that write. */
export function withEvent(
  { eventSequence, recentEvents, attempts }: EventFields & Pick<TaskDocument, "attempts">,
  type: TaskEventType,
  at: string,
): EventFields {
  const sequence = eventSequence + 1;
  const since = recentEvents.at(-1)?.upTo ?? 0;
  const upTo = attempts.at(-1)?.n ?? 0;
  const told = upTo > 0 && { since, upTo };
  const event: RecentEvent = { sequence, type, at, status: statusOf[type], ...told };
  return { eventSequence: sequence, recentEvents: [...recentEvents, event].slice(-keptEvents) };
}

const typeOf: Partial<Record<TaskStatus, TaskEventType>> = {
  scheduled: "task.retrying",
  succeeded: "task.succeeded",
  failed: "task.failed",
  dead: "task.dead",
  cancelled: "task.cancelled",
  expired: "task.expired",
};

/** The event that tells of a task's coming into a status, where anybody is told. */
export function eventFor(status: TaskStatus): TaskEventType | undefined {
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

function toEvent(task: TaskDocument, recent: RecentEvent): TaskEvent {
  const { sequence, type, at, status } = recent;
  const { id, type: taskType, queue, model, createdBy, keyId, relatedEntity, metadata } = task;
  const { tenant, traceparent, createdAt, startedAt, simulated } = task;
  const attempts = attemptsOf(task, recent);
  return {
    id: `${id}.${sequence}`,
    type,
    sequence,
    time: at,
    tenant,
    task: {
      ...{ id, type: taskType, status, queue, createdBy, createdAt },
      ...(model && { model }),
      ...(keyId && { keyId }),
      ...(relatedEntity && { relatedEntity }),
      ...(metadata && { metadata }),
      ...(startedAt && { startedAt }),
      ...(simulated && { simulated }),
      ...(attempts.length > 0 && { attempts }),
      // Of a task that was replayed since, its earlier end is no longer known.
      ...(terminalStatuses.has(status) && task.status === status && toEnd(task)),
    },
    ...(traceparent && { traceparent }),
  };
}

function attemptsOf({ attempts }: TaskDocument, { since = 0, upTo = 0 }: RecentEvent): EventAttempt[] {
  return attempts.filter(({ n }) => n > since && n <= upTo).map(toEventAttempt);
}

function toEventAttempt({ error, ...attempt }: Attempt): EventAttempt {
  const { n, provider, model, outcome, startedAt, endedAt, firstTokenMs, usage, costMicros } = attempt;
  return {
    ...{ n, provider, outcome, startedAt, endedAt },
    ...(model && { model }),
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    ...(error && { errorCode: error.code }),
    ...(usage && { usage }),
    ...(costMicros !== undefined && { costMicros }),
    ...(attempt.cached && { cached: true }),
    ...(attempt.simulated && { simulated: true }),
  };
}

function toEnd({ completedAt, error, usage, cost, cache }: TaskDocument): Partial<TaskEvent["task"]> {
  return {
    usage,
    cost,
    ...(completedAt && { completedAt }),
    ...(error && { error }),
    ...(cache && { cache }),
  };
}
