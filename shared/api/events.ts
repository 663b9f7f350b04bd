import { z } from "zod";
import { TaskId } from "./task.ts";
import { TaskStatus, TaskType } from "./task-type.ts";

export const EventType = z.enum([
  "task.accepted",
  "task.retrying",
  "task.succeeded",
  "task.failed",
  "task.dead",
  "task.cancelled",
  "task.expired",
]);
export type EventType = z.infer<typeof EventType>;

/** A fact, published once a state change is durable. The same change always carries the same id. */
export const Event = z
  .object({
    id: z.string(),
    type: EventType,
    /** From 1, without gaps within a task: tells whether one is missing. */
    sequence: z.int().positive(),
    time: z.iso.datetime(),
    tenant: z.string(),
    task: z.object({
      id: TaskId,
      type: TaskType,
      status: TaskStatus,
      queue: z.string(),
      createdBy: z.string(),
    }),
    /** W3C Trace Context of what it tells of. */
    traceparent: z.string().optional(),
  })
  .meta({ id: "Event" });
export type Event = z.infer<typeof Event>;
