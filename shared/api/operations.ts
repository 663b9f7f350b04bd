import { z } from "zod";
import { alertOperations } from "./alert-operations.ts";
import { ListDeadLetters, ReplayDeadLetters, ReplayedDeadLetters, ReplayTask } from "./dead-letters.ts";
import { Blob } from "./file.ts";
import { ReceivedHook } from "./hooks.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { CreatedKey, CreateKey, KeyPage } from "./keys.ts";
import { CreateModel, Model, ModelEntry, ModelPage } from "./models.ts";
import { moneyOperations } from "./money-operations.ts";
import { notificationOperations } from "./notification-operations.ts";
import { promptOperations } from "./prompt-operations.ts";
import { QueuePage, QueueView, Recover, Recovery } from "./queues.ts";
import { ListTasks, Reprioritise, Task, TaskPage, TaskRequest } from "./task.ts";
import { usageOperations } from "./usage-operations.ts";
import { webhookOperations } from "./webhook-operations.ts";

/** One call of the HTTP interface: what the router, the document at /openapi.json and clients know of it. */
export type Operation = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{name}` for a part that varies. */
  path: string;
  summary: string;
  /** Who may call: everybody, any key, a key that writes, an administrator's. */
  access: "public" | "read" | "write" | "admin";
  query?: z.ZodType;
  /** JSON of at most 1 MB. */
  body?: z.ZodType;
  /** No body at all counts as `{}`. */
  bodyOptional?: true;
  /** Any bytes instead of JSON. */
  upload?: true;
  /** Header fields the call understands, beside the key's. */
  headers?: Record<string, string>;
  /** What is answered, by status; `undefined` for no content. */
  answers: Record<number, { description: string; schema?: z.ZodType; contentType?: string }>;
};

const taskAnswer = { description: "The task.", schema: Task };
const modelAnswer = { description: "The model.", schema: Model };
const queueAnswer = { description: "The queue.", schema: QueueView };

export const operations = {
  submitTask: {
    method: "POST",
    path: "/v1/tasks",
    summary: "Submit a task",
    access: "write",
    body: TaskRequest,
    headers: {
      ...idempotencyKey,
      Prefer: "`wait=N` (1–60): answer when the task has ended, or after N seconds with the task so far.",
    },
    answers: {
      200: { description: "The finished task, when the caller asked to wait.", schema: Task },
      202: { description: "The task, accepted and durable.", schema: Task },
    },
  },
  listTasks: {
    method: "GET",
    path: "/v1/tasks",
    summary: "List tasks, newest first",
    access: "read",
    query: ListTasks,
    answers: { 200: { description: "A page of tasks.", schema: TaskPage } },
  },
  getTask: {
    method: "GET",
    path: "/v1/tasks/{taskId}",
    summary: "Get a task",
    access: "read",
    answers: { 200: taskAnswer },
  },
  cancelTask: {
    method: "POST",
    path: "/v1/tasks/{taskId}/cancel",
    summary: "Cancel a task that has not ended",
    access: "write",
    answers: { 200: taskAnswer },
  },
  deleteTask: {
    method: "DELETE",
    path: "/v1/tasks/{taskId}",
    summary: "Hide a task that has ended",
    access: "write",
    answers: { 204: { description: "Hidden." } },
  },
  reprioritiseTask: {
    method: "POST",
    path: "/v1/tasks/{taskId}/reprioritise",
    summary: "Give a waiting task another priority",
    access: "write",
    body: Reprioritise,
    answers: { 200: taskAnswer },
  },
  replayTask: {
    method: "POST",
    path: "/v1/tasks/{taskId}/replay",
    summary: "Run a task again that ended without success, also with another model",
    access: "write",
    body: ReplayTask,
    bodyOptional: true,
    headers: idempotencyKey,
    answers: { 202: { description: "The task, at the end of its line again.", schema: Task } },
  },
  followTask: {
    method: "GET",
    path: "/v1/tasks/{taskId}/events",
    summary: "Follow a task: `task`, `delta`, `attempt` and `done` as server-sent events",
    access: "read",
    headers: { "Last-Event-ID": "Continue after this event." },
    answers: { 200: { description: "The events.", schema: z.string(), contentType: "text/event-stream" } },
  },
  listDeadLetters: {
    method: "GET",
    path: "/v1/dead-letters",
    summary:
      "List and search the tasks that used up their attempts, newest first; with `text` a page looks at 500 at most and may be empty while `nextCursor` leads on",
    access: "read",
    query: ListDeadLetters,
    answers: { 200: { description: "A page of dead letters.", schema: TaskPage } },
  },
  replayDeadLetters: {
    method: "POST",
    path: "/v1/dead-letters/replay",
    summary: "Replay the dead letters that match, oldest first, 1,000 at most a call",
    access: "write",
    body: ReplayDeadLetters,
    headers: idempotencyKey,
    answers: { 200: { description: "How many were replayed.", schema: ReplayedDeadLetters } },
  },
  listQueues: {
    method: "GET",
    path: "/v1/queues",
    summary: "Show all queues",
    access: "admin",
    answers: { 200: { description: "All queues.", schema: QueuePage } },
  },
  recoverQueues: {
    method: "POST",
    path: "/v1/queues/recover",
    summary: "Put everything back to work after a disaster: leases, breakers, wakes",
    access: "admin",
    body: Recover,
    bodyOptional: true,
    answers: { 200: { description: "What was done.", schema: Recovery } },
  },
  getQueue: {
    method: "GET",
    path: "/v1/queues/{queueId}",
    summary: "Show a queue",
    access: "admin",
    answers: { 200: queueAnswer },
  },
  pauseQueue: {
    method: "POST",
    path: "/v1/queues/{queueId}/pause",
    summary: "Let no task of a queue start any more; calls under way go on",
    access: "admin",
    answers: { 200: queueAnswer },
  },
  resumeQueue: {
    method: "POST",
    path: "/v1/queues/{queueId}/resume",
    summary: "Let the tasks of a paused queue start again",
    access: "admin",
    answers: { 200: queueAnswer },
  },
  resetBreaker: {
    method: "POST",
    path: "/v1/queues/{queueId}/breaker/reset",
    summary: "Call a queue's provider again without waiting for its breaker",
    access: "admin",
    answers: { 200: queueAnswer },
  },
  uploadBlob: {
    method: "POST",
    path: "/v1/blobs",
    summary: "Upload an image or audio (100 MB at most) for task inputs to refer to",
    access: "write",
    upload: true,
    headers: idempotencyKey,
    answers: { 201: { description: "The upload's id.", schema: Blob } },
  },
  listModels: {
    method: "GET",
    path: "/v1/models",
    summary: "List the models",
    access: "read",
    answers: { 200: { description: "All models.", schema: ModelPage } },
  },
  getModel: {
    method: "GET",
    path: "/v1/models/{modelId}",
    summary: "Get a model",
    access: "read",
    answers: { 200: modelAnswer },
  },
  createModel: {
    method: "POST",
    path: "/v1/models",
    summary: "Register a model, for all tenants; the same one once more changes nothing",
    access: "admin",
    body: CreateModel,
    headers: idempotencyKey,
    answers: { 201: modelAnswer },
  },
  replaceModel: {
    method: "PUT",
    path: "/v1/models/{modelId}",
    summary: "Replace the entry of a registered model; one of conea.yaml is changed there",
    access: "admin",
    body: ModelEntry,
    answers: { 200: modelAnswer },
  },
  deleteModel: {
    method: "DELETE",
    path: "/v1/models/{modelId}",
    summary: "Take a registered model out of the catalogue",
    access: "admin",
    answers: { 204: { description: "Gone." } },
  },
  ...moneyOperations,
  ...alertOperations,
  ...promptOperations,
  createKey: {
    method: "POST",
    path: "/v1/keys",
    summary: "Create an API key; the answer is the only place it appears",
    access: "admin",
    body: CreateKey,
    headers: idempotencyKey,
    answers: { 201: { description: "The key.", schema: CreatedKey } },
  },
  listKeys: {
    method: "GET",
    path: "/v1/keys",
    summary: "List API keys",
    access: "admin",
    answers: { 200: { description: "All keys, without the keys themselves.", schema: KeyPage } },
  },
  revokeKey: {
    method: "DELETE",
    path: "/v1/keys/{keyId}",
    summary: "Revoke an API key, within a minute",
    access: "admin",
    answers: { 204: { description: "Revoked." } },
  },
  ...usageOperations,
  ...webhookOperations,
  ...notificationOperations,
  receiveHook: {
    method: "POST",
    path: "/v1/hooks/{source}",
    summary: "Receive a hook of a source that conea.yaml names, signed as that source signs (1 MB at most)",
    access: "public",
    upload: true,
    answers: {
      200: {
        description: "Kept, or known already. A Slack challenge is answered with its text.",
        schema: ReceivedHook,
      },
    },
  },
  getHealth: {
    method: "GET",
    path: "/healthz",
    summary: "Alive",
    access: "public",
    answers: { 200: { description: "The process answers.", schema: z.object({ status: z.literal("ok") }) } },
  },
  getReadiness: {
    method: "GET",
    path: "/readyz",
    summary: "Ready: the document store answers",
    access: "public",
    answers: { 200: { description: "Ready.", schema: z.object({ status: z.literal("ok") }) } },
  },
  getOpenApi: {
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    access: "public",
    answers: { 200: { description: "OpenAPI 3.1.", schema: z.record(z.string(), z.unknown()) } },
  },
} as const satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationId = keyof Operations;
