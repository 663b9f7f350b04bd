import { z } from "zod";
import { Alert, AlertPage, AlertRules, ListAlerts } from "./alerts.ts";
import { AllowanceLimits, AllowancePage, AllowanceSubject, ListAllowances } from "./allowances.ts";
import { AskCompression, CompressionReport } from "./compression.ts";
import { ListDeadLetters, ReplayDeadLetters, ReplayedDeadLetters, ReplayTask } from "./dead-letters.ts";
import { Blob } from "./file.ts";
import { ReceivedHook } from "./hooks.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { CreatedKey, CreateKey, KeyPage } from "./keys.ts";
import { CreateModel, Model, ModelEntry, ModelPage } from "./models.ts";
import { notificationOperations } from "./notification-operations.ts";
import { Price, PricePage, Reprice, Repriced, SetPrice, WhichPrice } from "./prices.ts";
import {
  CreatePrompt,
  ListPrompts,
  Prompt,
  PromptPage,
  PromptSummary,
  PromptVersion,
  PromptVersionPage,
  RenderedPrompt,
  RenderPrompt,
  ReplacePrompt,
  SetPromptLabel,
} from "./prompts.ts";
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
const promptAnswer = { description: "The prompt.", schema: Prompt };
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
  listPrices: {
    method: "GET",
    path: "/v1/prices",
    summary: "List what the models cost, and those of which it is not known",
    access: "read",
    answers: { 200: { description: "All prices.", schema: PricePage } },
  },
  setPrice: {
    method: "PUT",
    path: "/v1/prices/{modelId}",
    summary: "Set what a model costs from a time on, for all tenants; known in all processes after a minute",
    access: "admin",
    body: SetPrice,
    answers: { 200: { description: "The price.", schema: Price } },
  },
  deletePrices: {
    method: "DELETE",
    path: "/v1/prices/{modelId}",
    summary: "Take back prices that were set over HTTP: of a time, of a tier, or all of a model",
    access: "admin",
    query: WhichPrice,
    answers: { 204: { description: "Gone." } },
  },
  reprice: {
    method: "POST",
    path: "/v1/prices/reprice",
    summary:
      "Price the attempts of a past period anew, a page at a time; without `apply` only tell what would change",
    access: "admin",
    body: Reprice,
    answers: { 200: { description: "What the page costs by now.", schema: Repriced } },
  },
  listAlerts: {
    method: "GET",
    path: "/v1/alerts",
    summary: "List alerts: what a rule says of a queue, a provider or a tenant",
    access: "admin",
    query: ListAlerts,
    answers: { 200: { description: "A page of alerts.", schema: AlertPage } },
  },
  getAlert: {
    method: "GET",
    path: "/v1/alerts/{alertId}",
    summary: "Get an alert",
    access: "admin",
    answers: { 200: { description: "The alert.", schema: Alert } },
  },
  acknowledgeAlert: {
    method: "POST",
    path: "/v1/alerts/{alertId}/acknowledge",
    summary: "Say that somebody sees to a firing alert: nobody else is woken for it",
    access: "admin",
    answers: { 200: { description: "The alert.", schema: Alert } },
  },
  listAlertRules: {
    method: "GET",
    path: "/v1/alert-rules",
    summary: "List the rules in force: those that are shipped, with what conea.yaml changes of them",
    access: "admin",
    answers: { 200: { description: "The rules.", schema: AlertRules } },
  },
  listPrompts: {
    method: "GET",
    path: "/v1/prompts",
    summary: "List the tenant's prompts by id",
    access: "read",
    query: ListPrompts,
    answers: { 200: { description: "A page of prompts, without their text.", schema: PromptPage } },
  },
  createPrompt: {
    method: "POST",
    path: "/v1/prompts",
    summary: "Create a prompt with its version 1; the same one once more changes nothing",
    access: "write",
    body: CreatePrompt,
    headers: idempotencyKey,
    answers: { 201: promptAnswer },
  },
  getPrompt: {
    method: "GET",
    path: "/v1/prompts/{promptId}",
    summary: "Get a prompt as its latest version has it",
    access: "read",
    answers: { 200: promptAnswer },
  },
  replacePrompt: {
    method: "PUT",
    path: "/v1/prompts/{promptId}",
    summary: "Make a new version of a prompt; what the latest says already makes none",
    access: "write",
    body: ReplacePrompt,
    answers: { 200: promptAnswer },
  },
  deletePrompt: {
    method: "DELETE",
    path: "/v1/prompts/{promptId}",
    summary: "Take a prompt away; each of its versions can still be read",
    access: "write",
    answers: { 204: { description: "Gone." } },
  },
  listPromptVersions: {
    method: "GET",
    path: "/v1/prompts/{promptId}/versions",
    summary: "List the versions of a prompt, newest first",
    access: "read",
    query: ListPrompts,
    answers: { 200: { description: "A page of versions.", schema: PromptVersionPage } },
  },
  getPromptVersion: {
    method: "GET",
    path: "/v1/prompts/{promptId}/versions/{version}",
    summary: "Get a version of a prompt, also of one that was deleted",
    access: "read",
    answers: { 200: { description: "The version.", schema: PromptVersion } },
  },
  setPromptLabel: {
    method: "PUT",
    path: "/v1/prompts/{promptId}/labels/{label}",
    summary: "Let a label, such as `production`, name a version of a prompt",
    access: "write",
    body: SetPromptLabel,
    answers: { 200: { description: "The prompt, without its text.", schema: PromptSummary } },
  },
  removePromptLabel: {
    method: "DELETE",
    path: "/v1/prompts/{promptId}/labels/{label}",
    summary: "Take a label off a prompt",
    access: "write",
    answers: { 204: { description: "Gone." } },
  },
  renderPrompt: {
    method: "POST",
    path: "/v1/prompts/{promptId}/render",
    summary: "Show the messages of a prompt with values in the places of its variables",
    access: "read",
    body: RenderPrompt,
    answers: { 200: { description: "The messages.", schema: RenderedPrompt } },
  },
  getCompression: {
    method: "GET",
    path: "/v1/usage/compression",
    summary: "Report what trimming, caching and minifying would have saved, by a sample of a period's tasks",
    access: "read",
    query: AskCompression,
    answers: { 200: { description: "The report.", schema: CompressionReport } },
  },
  listAllowances: {
    method: "GET",
    path: "/v1/allowances",
    summary: "Show what you may still use: your own allowances, your key's and your tenant's",
    access: "read",
    query: ListAllowances,
    answers: { 200: { description: "All that bound you.", schema: AllowancePage } },
  },
  getAllowance: {
    method: "GET",
    path: "/v1/allowances/{scope}/{scopeId}",
    summary: "Show the allowances of a user, key, tenant or related entity",
    access: "read",
    answers: { 200: { description: "Its limits and how they stand.", schema: AllowanceSubject } },
  },
  setAllowance: {
    method: "PUT",
    path: "/v1/allowances/{scope}/{scopeId}",
    summary: "Set the limits of a user, key or related entity, or lower the tenant's",
    access: "admin",
    body: AllowanceLimits,
    answers: { 200: { description: "Its limits and how they stand.", schema: AllowanceSubject } },
  },
  resetAllowance: {
    method: "DELETE",
    path: "/v1/allowances/{scope}/{scopeId}",
    summary: "Leave the limits of a user, key, tenant or related entity to conea.yaml again",
    access: "admin",
    answers: { 204: { description: "As conea.yaml says." } },
  },
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
