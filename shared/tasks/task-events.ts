import type { EventAttempt, TaskEvent, TaskEventType } from "../api/events.ts";
import type { Attempt } from "../api/task.ts";
import { type TaskStatus, terminalStatuses } from "../api/task-type.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type RecentEvent, type TaskDocument, taskPath } from "./task-document.ts";

type EventFields = Pick<TaskDocument, "eventSequence" | "recentEvents">;
/** What a write of the task must know to record an event. */
type Recorded = EventFields & Pick<TaskDocument, "attempts" | "queue"> & { model?: string | undefined };

/** More than can come between two looks of the sweep. */
const keptEvents = 48;

const statusOf: Record<TaskEventType, TaskStatus> = {
  "task.accepted": "ready",
  "task.started": "running",
  "task.retrying": "scheduled",
  "task.succeeded": "succeeded",
  "task.failed": "failed",
  "task.dead": "dead",
  "task.cancelled": "cancelled",
  "task.cut": "cancelled",
  "task.expired": "expired",
};

/** The fields by which a write of the task records that an event has happened. `attempts` are those after that write. */
export function withEvent(
  { eventSequence, recentEvents, attempts, queue, model }: Recorded,
  type: TaskEventType,
  at: string,
): EventFields {
  const sequence = eventSequence + 1;
  const since = recentEvents.at(-1)?.upTo ?? 0;
  const upTo = attempts.at(-1)?.n ?? 0;
  const told = upTo > 0 && { since, upTo };
  const where = { queue, ...(model && { model }) };
  const event: RecentEvent = { sequence, type, at, status: statusOf[type], ...where, ...told };
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

/** The task's events as its document remembers them, oldest first. */
export function recentEventsOf(task: TaskDocument): TaskEvent[] {
  return task.recentEvents.map((recent) => toEvent(task, recent));
}

/** Publishes the task's latest events in order: `latest` of them, or all that its document remembers. */
export function publishRecent(
  deps: Pick<Platform, "events">,
  task: TaskDocument,
  latest = keptEvents,
): Promise<void> {
  const recent = task.recentEvents.slice(-latest);
  const [only] = recent;
  return only && recent.length === 1
    ? deps.events.publish(toEvent(task, only))
    : publishAll(deps, task, recent);
}

async function publishAll(
  { events }: Pick<Platform, "events">,
  task: TaskDocument,
  recent: RecentEvent[],
): Promise<void> {
  for (const event of recent) await events.publish(toEvent(task, event));
}

/** Publishes what a claim has to tell: its start, and before it what whoever kept the task may not have told. */
export function publishClaimed(deps: Pick<Platform, "events">, task: TaskDocument): Promise<void> {
  return publishRecent(deps, task, task.unpublished ? keptEvents : 1);
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
  const { id, type: taskType, createdBy, keyId, relatedEntity, promptRef, metadata } = task;
  const { tenant, traceparent, createdAt, startedAt, simulated } = task;
  // Where it was by then: it may have gone elsewhere since, and a fact stays as it was told.
  const { queue, model } = recent.queue === undefined ? task : recent;
  const acceptedAt = acceptedBefore(task, sequence);
  const attempts = attemptsOf(task, recent);
  return {
    id: `${id}.${sequence}`,
    type,
    sequence,
    time: at,
    tenant,
    task: {
      ...{ id, type: taskType, status, queue: queue ?? task.queue, createdBy, createdAt },
      ...(model && { model }),
      ...(keyId && { keyId }),
      ...(relatedEntity && { relatedEntity }),
      ...(promptRef && { promptRef }),
      ...(metadata && { metadata }),
      ...(acceptedAt && acceptedAt !== createdAt && { acceptedAt }),
      ...(startedAt && { startedAt }),
      ...(simulated && { simulated }),
      ...(attempts.length > 0 && { attempts }),
      // Of a task that was replayed since, its earlier end is no longer known.
      ...(terminalStatuses.has(status) && task.status === status && toEnd(task)),
    },
    ...(traceparent && { traceparent }),
  };
}

/** When it was accepted for the run that an event is of. */
function acceptedBefore({ recentEvents }: TaskDocument, sequence: number): string | undefined {
  return recentEvents.findLast((event) => event.type === "task.accepted" && event.sequence <= sequence)?.at;
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

function toEnd(task: TaskDocument): Partial<TaskEvent["task"]> {
  const { completedAt, error, usage, cost, cache, savedMicros } = task;
  return {
    usage,
    cost,
    ...(completedAt && { completedAt }),
    ...(error && { error }),
    ...(cache && { cache }),
    ...(savedMicros !== undefined && { savedMicros }),
  };
}
