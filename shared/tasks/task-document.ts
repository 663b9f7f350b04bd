import type { ReservedFields } from "../allowances/allowances.ts";
import type { UpperBound } from "../allowances/upper-bound.ts";
import type { ChatInput } from "../api/chat.ts";
import type { TaskEventType } from "../api/events.ts";
import type { TaskInput } from "../api/inputs.ts";
import type { NotKept, StoredJson } from "../api/results.ts";
import type { Task } from "../api/task.ts";
import type { TaskStatus } from "../api/task-type.ts";
import type { Caching } from "../cache/caching.ts";
import type { DocumentPath, Fields } from "../platform/documents.ts";
import type { RescueState } from "../routing/decide-rescue.ts";

/** An event of a task, as its document remembers it until it is known to be published. */
export type RecentEvent = {
  sequence: number;
  type: TaskEventType;
  at: string;
  status: TaskStatus;
  /** Where the task was by then. */
  queue?: string;
  model?: string;
  /** It tells of the attempts after `since` up to `upTo`, by their number; of none where absent. */
  since?: number;
  upTo?: number;
};

/** What a response of the OpenAI-compatible interface was asked for that its task's input does not tell. */
export type ResponseFacts = {
  /** The first message of the input is this response's own: a later one does not inherit it. */
  hasInstructions?: true;
  /** The task of the response it goes on from. */
  previousId?: string;
  isBackground?: true;
};

/** What a task's messages came of where it was asked for with a prompt or a budget. */
export type TaskOrigin = Pick<Task, "promptRef" | "trimmed"> & {
  /** The request as it was sent, hashed: its prompt's label may name another version by the time it is repeated. */
  askedHash?: string;
};

/** `tasks/{id}`: what callers see, under the same names, and what the queue needs beside it. */
export type TaskDocument = Omit<Task, "input" | "wait"> & {
  tenant: string;
  /** The id of the key it was submitted with. */
  keyId?: string;
  /** As `toStoredInput` writes it. */
  input: Fields | StoredJson | NotKept;
  /** Order within a priority: microseconds since the epoch at acceptance, distinct within a process. */
  sequence: number;
  /** Rises with each claim; a late result is kept under it. */
  epoch: number;
  /** Attempts made, and how many of them count against `retry.attempts`. */
  attemptCount: number;
  attemptsUsed: number;
  /** Of a task with a route: set, so that a queue whose provider is left alone finds those that can go elsewhere. */
  hasRoute?: true;
  /** Of a task with a route: how its candidates have fared since it was submitted or replayed. */
  rescue?: RescueState;
  /** Of a task with a route: another attempt may go on from the text of one that was cut off. */
  mayContinue?: true;
  /** Attempts before it was last replayed: those after belong to its present run. */
  attemptsBefore?: number;
  /** While running: when another worker may take over unless the lease was renewed. */
  leaseUntil?: string;
  /** While running: no call starts later. A cancel is acknowledged only after it. */
  startBy?: string;
  /** Set by each claim and settling write: tells whether a commit whose answer was lost took place. */
  mark?: string;
  /** Tokens it may take in all: what a claim charges until the truth is known. */
  estimatedTokens: number;
  /** Events so far, and the latest of them, to be published again after a crash. */
  eventSequence: number;
  recentEvents: RecentEvent[];
  /** The latest event may not have been published. */
  unpublished?: true;
  /** W3C Trace Context of the request that submitted or replayed it: its attempts continue that trace. */
  traceparent?: string;
  /** Requests to replay it that were carried out, hashed. */
  replays?: string[];
  /**
   * The batch whose line it is, and which: the lines of a batch count from 0. `isUnstored`: its content goes once the batch has
   * written it into its files.
   */
  batch?: { id: string; line: number; isUnstored?: true };
  response?: ResponseFacts;
  /** Where it uses the cache. */
  caching?: Caching;
  /** The process that alone has its content, and until when no other claims it. */
  heldBy?: string;
  heldUntil?: string;
  /** Of what was asked for with an Idempotency-Key: tells a repeated one from a reused one. */
  requestHash?: string;
  askedHash?: string;
  deleted: boolean;
  /** Where its tokens or money are bounded: what a call of each candidate may use at most, by its place in the route. */
  uppers?: Record<string, UpperBound>;
  /** What its next call may write at most, which its vendor is told. */
  outputCap?: number;
  /** Tokens of all its attempts, where something of it is to be accounted for. */
  usedTokens?: number;
} & ReservedFields;

/** Attempts beyond this many are dropped from the document, oldest first; `n` keeps counting. */
export const keptAttempts = 20;

export function taskPath(taskId: string): DocumentPath {
  return `tasks/${taskId}`;
}

/**
 * Free-form JSON Schemas become JSON text: Firestore takes neither arrays of arrays nor more than 20 levels
 * (docs/decisions/0002-schemas-are-stored-as-text.md). Everything else is stored as it came.
 */
export function toStoredInput(input: TaskInput): Fields {
  if (!isChat(input)) return input as Fields;
  const { tools, responseFormat } = input;
  return {
    ...input,
    ...(tools && {
      tools: tools.map((tool) =>
        tool.parameters ? { ...tool, parameters: JSON.stringify(tool.parameters) } : tool,
      ),
    }),
    ...(responseFormat?.type === "json_schema" && {
      responseFormat: { ...responseFormat, schema: JSON.stringify(responseFormat.schema) },
    }),
  } as Fields;
}

/** The inverse of `toStoredInput`. */
export function fromStoredInput(stored: Fields): TaskInput {
  const input = stored as unknown as TaskInput;
  if (!isChat(input)) return input;
  const { tools, responseFormat } = input;
  return {
    ...input,
    ...(tools && { tools: tools.map((tool) => ({ ...tool, ...parsed("parameters", tool.parameters) })) }),
    ...(responseFormat?.type === "json_schema" && {
      responseFormat: { ...responseFormat, ...parsed("schema", responseFormat.schema) },
    }),
  } as TaskInput;
}

function parsed(name: string, text: unknown): object {
  return typeof text === "string" ? { [name]: JSON.parse(text) } : {};
}

function isChat(input: TaskInput): input is ChatInput {
  return "messages" in input;
}

export function isStoredJson(value: unknown): value is StoredJson {
  const [only, ...others] = Object.keys(value ?? {});
  return only === "file" && others.length === 0 && "key" in ((value as StoredJson).file as object);
}

export function isNotKept(value: unknown): value is NotKept {
  return typeof value === "object" && value !== null && "notKept" in value;
}

/** What callers see of a task. */
export function toTask(document: TaskDocument): Task {
  const {
    tenant,
    keyId,
    sequence,
    epoch,
    attemptCount,
    attemptsUsed,
    hasRoute,
    rescue,
    mayContinue,
    attemptsBefore,
    leaseUntil,
    startBy,
    mark,
    estimatedTokens,
    eventSequence,
    recentEvents,
    unpublished,
    traceparent,
    replays,
    batch,
    response,
    caching,
    heldBy,
    heldUntil,
    requestHash,
    askedHash,
    deleted,
    uppers,
    outputCap,
    usedTokens,
    reserved,
    slices,
    unaccounted,
    accounted,
    ...task
  } = document;
  const { input } = task;
  return { ...task, input: isStoredJson(input) || isNotKept(input) ? input : fromStoredInput(input) };
}
