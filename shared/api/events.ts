import { z } from "zod";
import { CacheState } from "./cache.ts";
import { PromptRef } from "./prompts.ts";
import { AttemptOutcome, TaskError, TaskId, Usage } from "./task.ts";
import { TaskStatus, TaskType } from "./task-type.ts";

const time = z.iso.datetime();

/** What every event has. The same change always carries the same id. */
const common = {
  id: z.string().min(1),
  /** From 1, without gaps within what it tells of: tells whether one is missing. */
  sequence: z.int().positive(),
  time,
  tenant: z.string(),
  /** W3C Trace Context of what it tells of. */
  traceparent: z.string().optional(),
};

export const TaskEventType = z.enum([
  "task.accepted",
  "task.started",
  "task.retrying",
  "task.succeeded",
  "task.failed",
  "task.dead",
  "task.cancelled",
  "task.cut",
  "task.expired",
]);
export type TaskEventType = z.infer<typeof TaskEventType>;

/** An attempt as an event tells of it: no text of anybody's. */
export const EventAttempt = z
  .object({
    n: z.int().positive(),
    provider: z.string(),
    model: z.string().optional(),
    outcome: AttemptOutcome,
    startedAt: time,
    endedAt: time,
    firstTokenMs: z.int().nonnegative().optional(),
    errorCode: z.string().optional(),
    usage: Usage.optional(),
    costMicros: z.int().nonnegative().optional(),
    cached: z.literal(true).optional(),
    simulated: z.literal(true).optional(),
  })
  .meta({ id: "EventAttempt" });
export type EventAttempt = z.infer<typeof EventAttempt>;

export const TaskEvent = z
  .object({
    ...common,
    type: TaskEventType,
    task: z.object({
      id: TaskId,
      type: TaskType,
      status: TaskStatus,
      queue: z.string(),
      model: z.string().optional(),
      createdBy: z.string(),
      /** The id of the key it was submitted with. */
      keyId: z.string().optional(),
      relatedEntity: z.string().optional(),
      promptRef: PromptRef.optional(),
      metadata: z.record(z.string(), z.string()).optional(),
      createdAt: time.optional(),
      /** Of a task that was replayed: when that was. */
      acceptedAt: time.optional(),
      startedAt: time.optional(),
      /** The attempts that have ended since the event before. */
      attempts: z.array(EventAttempt).optional(),
      /** Of a task that has ended. */
      completedAt: time.optional(),
      error: TaskError.optional(),
      usage: Usage.optional(),
      cost: z.object({ micros: z.int().nonnegative().optional(), known: z.boolean() }).optional(),
      cache: CacheState.optional(),
      savedMicros: z.int().nonnegative().optional(),
      simulated: z.literal(true).optional(),
    }),
  })
  .meta({ id: "TaskEvent" });
export type TaskEvent = z.infer<typeof TaskEvent>;

export const BatchEventType = z.enum([
  "batch.created",
  "batch.running",
  "batch.completed",
  "batch.failed",
  "batch.cancelled",
  "batch.expired",
]);
export type BatchEventType = z.infer<typeof BatchEventType>;

export const BatchEvent = z
  .object({
    ...common,
    type: BatchEventType,
    batch: z.object({
      id: z.string(),
      createdBy: z.string(),
      endpoint: z.string(),
      total: z.int().nonnegative(),
      completed: z.int().nonnegative(),
      failed: z.int().nonnegative(),
    }),
  })
  .meta({ id: "BatchEvent" });
export type BatchEvent = z.infer<typeof BatchEvent>;

export const AllowanceEvent = z
  .object({
    ...common,
    type: z.literal("allowance.threshold"),
    allowance: z.object({
      id: z.string(),
      scope: z.string(),
      scopeId: z.string(),
      measure: z.string(),
      periodStart: time,
      periodEnd: time.optional(),
      limit: z.int().nonnegative(),
      /** Spent. */
      used: z.int().nonnegative(),
      /** The threshold that was passed, in percent. */
      percent: z.number(),
    }),
  })
  .meta({ id: "AllowanceEvent" });
export type AllowanceEvent = z.infer<typeof AllowanceEvent>;

export const BreakerEvent = z
  .object({
    ...common,
    type: z.enum(["breaker.opened", "breaker.closed"]),
    breaker: z.object({ queue: z.string(), openUntil: time.optional() }),
  })
  .meta({
    id: "BreakerEvent",
    description: "For the operators: of the tenant that is configured as theirs.",
  });
export type BreakerEvent = z.infer<typeof BreakerEvent>;

export const EndpointEvent = z
  .object({
    ...common,
    type: z.enum(["endpoint.warning", "endpoint.disabled", "endpoint.ping"]),
    endpoint: z.object({
      id: z.string(),
      url: z.string(),
      reason: z.string().optional(),
      failingSince: time.optional(),
      disablesAt: time.optional(),
      /** How far on the way to being disabled, in percent. */
      percent: z.number().optional(),
    }),
  })
  .meta({ id: "EndpointEvent" });
export type EndpointEvent = z.infer<typeof EndpointEvent>;

export const Severity = z.enum(["P0", "P1", "P2", "P3", "P4"]).meta({ id: "Severity" });
export type Severity = z.infer<typeof Severity>;

export const AlertEvent = z
  .object({
    ...common,
    type: z.enum(["alert.fired", "alert.acknowledged", "alert.resolved"]),
    alert: z.object({
      id: z.string(),
      rule: z.string(),
      severity: Severity,
      /** What it is about: a queue, a provider, an allowance. */
      subject: z.string().optional(),
      title: z.string(),
      value: z.number(),
      threshold: z.number(),
      firedAt: time,
      acknowledgedBy: z.string().optional(),
      resolvedAt: time.optional(),
    }),
  })
  .meta({ id: "AlertEvent" });
export type AlertEvent = z.infer<typeof AlertEvent>;

export const HookEvent = z
  .object({
    ...common,
    type: z.literal("hook.received"),
    hook: z.object({
      /** Of the receipt that keeps the body. */
      id: z.string(),
      source: z.string(),
      scheme: z.string(),
      /** The sender's own id of the delivery. */
      deliveryId: z.string(),
      /** What the sender calls it, where it says so. */
      topic: z.string().optional(),
      bytes: z.int().nonnegative(),
    }),
  })
  .meta({ id: "HookEvent" });
export type HookEvent = z.infer<typeof HookEvent>;

/** A fact, published once a state change is durable. */
export const Event = z
  .discriminatedUnion("type", [
    TaskEvent,
    BatchEvent,
    AllowanceEvent,
    BreakerEvent,
    EndpointEvent,
    AlertEvent,
    HookEvent,
  ])
  .meta({ id: "Event" });
export type Event = z.infer<typeof Event>;
export type EventType = Event["type"];

export const eventTypes: readonly EventType[] = [
  ...TaskEventType.options,
  ...BatchEventType.options,
  "allowance.threshold",
  ...BreakerEvent.shape.type.options,
  ...EndpointEvent.shape.type.options,
  ...AlertEvent.shape.type.options,
  "hook.received",
];

/** The schema of the events of a type. */
export function schemaOfEvent(type: EventType): z.ZodType<Event> {
  const found = Event.options.find(({ shape }) => shape.type.safeParse(type).success);
  if (!found) throw new Error(`there is no event ${type}`);
  return found;
}

/** What an event tells of, as a path: `tasks/task_x`. Events of one subject are delivered in order. */
export function subjectOf(event: Event): string {
  if ("task" in event) return `tasks/${event.task.id}`;
  if ("batch" in event) return `batches/${event.batch.id}`;
  if ("allowance" in event) return `allowances/${event.allowance.id}`;
  if ("breaker" in event) return `queues/${event.breaker.queue}`;
  if ("endpoint" in event) return `endpoints/${event.endpoint.id}`;
  if ("alert" in event) return `alerts/${event.alert.id}`;
  return `hooks/${event.hook.id}`;
}

export function isTaskEvent(event: Event): event is TaskEvent {
  return "task" in event;
}
