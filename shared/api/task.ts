import { z } from "zod";
import { CacheRequest, CacheState } from "./cache.ts";
import type { ChatInput } from "./chat.ts";
import { ChatRequest } from "./chat-request.ts";
import { inputSchemas } from "./inputs.ts";
import { PromptId, PromptRef } from "./prompts.ts";
import { NotKept, resultSchemas, StoredJson } from "./results.ts";
import { Route, RouteRequest } from "./route.ts";
import { TaskStatus, TaskType } from "./task-type.ts";
import { Trimmed } from "./trim.ts";

export const TaskId = z.string().regex(/^task_[a-z2-7]{26}$/);

const count = z.int().nonnegative();

/** Disjoint classes. Those that are optional are absent where they are zero; usage.ts adds them up. */
export const Usage = z
  .object({
    inputTokens: count,
    cachedInputTokens: count,
    cacheWriteTokens: count.optional(),
    audioInputTokens: count.optional(),
    imageInputTokens: count.optional(),
    outputTokens: count,
    reasoningTokens: count.optional(),
    audioOutputTokens: count.optional(),
    imageOutputTokens: count.optional(),
    /** Pictures, where they are billed by piece. */
    images: count.optional(),
    /** Of audio, where it is billed by length. */
    seconds: z.number().nonnegative().optional(),
    /** Of text, where it is billed by length. */
    characters: count.optional(),
  })
  .meta({
    id: "Usage",
    description:
      "What was used, by class. All classes are disjoint: `inputTokens` are text that was read anew, `cachedInputTokens` came from the provider's cache, `cacheWriteTokens` were read anew and written to it; `outputTokens` are without `reasoningTokens`. `images`, `seconds` and `characters` are given where the vendor bills by them. A class that is absent is zero.",
  });
export type Usage = z.infer<typeof Usage>;

export const TaskError = z
  .object({ code: z.string(), message: z.string(), retryable: z.boolean() })
  .meta({ id: "TaskError" });
export type TaskError = z.infer<typeof TaskError>;

export const AttemptOutcome = z
  .enum(["succeeded", "failed", "rate_limited", "cancelled", "interrupted", "lost"])
  .meta({
    id: "AttemptOutcome",
    description:
      "`rate_limited` and `interrupted` (a shutdown) use up no attempt; `lost` means the worker disappeared.",
  });
export type AttemptOutcome = z.infer<typeof AttemptOutcome>;

export const Attempt = z
  .object({
    n: z.int().positive(),
    provider: z.string(),
    model: z.string().optional(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    outcome: AttemptOutcome,
    error: TaskError.optional(),
    usage: Usage.optional(),
    /** The vendor did not say what it used: estimated from what was sent and received. */
    usageEstimated: z.literal(true).optional(),
    /** Absent where it was not charged, and where the price is not known. */
    costMicros: z.int().nonnegative().optional(),
    /** Of a streamed call: from its start to its first sign of life. */
    firstTokenMs: z.int().nonnegative().optional(),
    /** The vendor's id of the call, for its support. */
    requestId: z.string().optional(),
    /** How many pages of live output it wrote. */
    outputPages: z.int().nonnegative().optional(),
    /** Of a task with a route: the index of the candidate that was called. */
    candidate: z.int().nonnegative().optional(),
    /** The attempt whose text it goes on from: the text is that one's, then this one's. */
    continues: z.int().positive().optional(),
    /** The cache answered in time: nothing was called. */
    cached: z.literal(true).optional(),
    simulated: z.literal(true).optional(),
  })
  .meta({ id: "Attempt", description: "One call to one provider." });
export type Attempt = z.infer<typeof Attempt>;

/** Where a waiting task stands in its queue. */
export const TaskWait = z
  .object({ ahead: z.int().nonnegative(), estimatedSeconds: z.int().nonnegative().optional() })
  .meta({
    id: "TaskWait",
    description:
      "How many tasks start before this one as things stand, and in how many seconds it may start as the limits alone would have it; the seconds are absent while the queue is paused.",
  });
export type TaskWait = z.infer<typeof TaskWait>;

/** Of all attempts together, those before a replay included. */
export const Cost = z.object({ micros: z.int().nonnegative().optional(), known: z.boolean() }).meta({
  id: "Cost",
  description:
    "In micro-dollars. Where `known` is false, something was charged at a price that is not known, and `micros` is the part that is.",
});
export type Cost = z.infer<typeof Cost>;

const anyInput = z.union([...Object.values(inputSchemas), StoredJson, NotKept]);
const anyResult = z.union([...Object.values(resultSchemas), StoredJson, NotKept]);

/** A task as callers and listeners see it. */
export const Task = z
  .object({
    id: TaskId,
    type: TaskType,
    status: TaskStatus,
    queue: z.string(),
    priority: z.int().min(0).max(9),
    model: z.string().optional(),
    /** Only where there are alternatives. */
    route: Route.optional(),
    input: anyInput,
    promptRef: PromptRef.optional(),
    trimmed: Trimmed.optional(),
    result: anyResult.optional(),
    error: TaskError.optional(),
    attempts: z.array(Attempt),
    usage: Usage,
    cost: Cost,
    /** Of a cache hit: what the answer had cost, where that is known. */
    savedMicros: z.int().nonnegative().optional(),
    cache: CacheState.optional(),
    stream: z.boolean(),
    relatedEntity: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    simulated: z.literal(true).optional(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    notBefore: z.iso.datetime().optional(),
    startedAt: z.iso.datetime().optional(),
    completedAt: z.iso.datetime().optional(),
    expiresAt: z.iso.datetime().optional(),
    /** Only where a single task is read, and while it is `ready`. */
    wait: TaskWait.optional(),
  })
  .meta({ id: "Task" });
export type Task = z.infer<typeof Task>;

const plainKey = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, "must be a letter, then up to 63 letters, digits, _ . or -");

const common = {
  /** An entry of the catalogue, `provider/model`, or `auto`. */
  model: z.string().min(1).max(200).optional(),
  route: RouteRequest.optional(),
  priority: z.int().min(0).max(9).default(5),
  notBefore: z.iso.datetime({ offset: true }).optional(),
  expiresInSeconds: z.int().min(1).max(2_592_000).optional(),
  stream: z.boolean().default(false),
  cache: CacheRequest.optional(),
  relatedEntity: z.string().min(1).max(200).optional(),
  metadata: z
    .record(plainKey, z.string().max(512))
    .refine((map) => Object.keys(map).length <= 32, "must hold at most 32 entries")
    .optional(),
};

/** What POST /v1/tasks takes: the input's shape follows from `type`. */
export const TaskRequest = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("chat"), input: ChatRequest, ...common }),
    z.strictObject({ type: z.literal("completion"), input: inputSchemas.completion, ...common }),
    z.strictObject({ type: z.literal("embedding"), input: inputSchemas.embedding, ...common }),
    z.strictObject({ type: z.literal("image_search"), input: inputSchemas.image_search, ...common }),
    z.strictObject({ type: z.literal("image_generation"), input: inputSchemas.image_generation, ...common }),
    z.strictObject({ type: z.literal("speech"), input: inputSchemas.speech, ...common }),
    z.strictObject({ type: z.literal("transcription"), input: inputSchemas.transcription, ...common }),
  ])
  .meta({ id: "SubmitTask" });
export type TaskRequest = z.infer<typeof TaskRequest>;

/** The same with the messages that came of it. */
export type SubmitTask =
  | Exclude<TaskRequest, { type: "chat" }>
  | (Omit<Extract<TaskRequest, { type: "chat" }>, "input"> & { input: ChatInput });

export const Reprioritise = z
  .strictObject({ priority: z.int().min(0).max(9) })
  .meta({ id: "Reprioritise", description: "0 is the best. The task keeps its place by age." });
export type Reprioritise = z.infer<typeof Reprioritise>;

export const ListTasks = z.strictObject({
  status: TaskStatus.optional(),
  type: TaskType.optional(),
  model: z.string().min(1).max(200).optional(),
  relatedEntity: z.string().min(1).max(200).optional(),
  /** The id of the prompt whose messages come first, in whatever version. */
  prompt: PromptId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
});
export type ListTasks = z.infer<typeof ListTasks>;

export const TaskPage = z
  .object({ items: z.array(Task), nextCursor: z.string().optional() })
  .meta({ id: "TaskPage", description: "Newest first; `nextCursor` is absent on the last page." });
export type TaskPage = z.infer<typeof TaskPage>;
