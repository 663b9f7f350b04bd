import type { protos } from "@google-cloud/tasks";
import { fromMs } from "./proto-time.ts";

/** A task as the queue keeps it. Times in milliseconds since the Unix epoch. */
export type Task = {
  /** `projects/…/locations/…/queues/…/tasks/…` */
  name: string;
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Where set, each attempt carries a token for it. */
  token?: { serviceAccount: string; audience: string };
  /** When it is attempted first or, after a failure, next. */
  scheduledAt: number;
  createdAt: number;
  deadlineMs: number;
  dispatches: number;
  responses: number;
  firstAt?: number;
  last?: { scheduledAt: number; sentAt: number; answeredAt?: number; status?: number };
};

type ITask = protos.google.cloud.tasks.v2.ITask;

/** As the service shows it: the body in the full view only. */
export function toProtoTask(task: Task, view: unknown): ITask {
  const { token, last, firstAt } = task;
  const isFull = view === "FULL";
  return {
    name: task.name,
    httpRequest: {
      url: task.url,
      httpMethod: task.method as "POST",
      headers: task.headers,
      ...(isFull ? { body: task.body } : {}),
      ...(token
        ? { oidcToken: { serviceAccountEmail: token.serviceAccount, audience: token.audience } }
        : {}),
    },
    scheduleTime: fromMs(task.scheduledAt),
    createTime: fromMs(Math.floor(task.createdAt / 1_000) * 1_000),
    dispatchDeadline: fromMs(task.deadlineMs),
    dispatchCount: task.dispatches,
    responseCount: task.responses,
    ...(firstAt === undefined ? {} : { firstAttempt: { dispatchTime: fromMs(firstAt) } }),
    ...(last ? { lastAttempt: toAttempt(last) } : {}),
    view: isFull ? "FULL" : "BASIC",
  };
}

function toAttempt(last: NonNullable<Task["last"]>): protos.google.cloud.tasks.v2.IAttempt {
  return {
    scheduleTime: fromMs(last.scheduledAt),
    dispatchTime: fromMs(last.sentAt),
    ...(last.answeredAt === undefined ? {} : { responseTime: fromMs(last.answeredAt) }),
    ...(last.status === undefined
      ? {}
      : { responseStatus: { code: last.status < 300 ? 0 : 2, message: `HTTP status code ${last.status}` } }),
  };
}
