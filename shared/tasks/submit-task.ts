import { hash } from "node:crypto";
import stringify from "safe-stable-stringify";
import type { Principal } from "../access/principal.ts";
import type { AllowanceState } from "../api/allowances.ts";
import { notKept } from "../api/results.ts";
import type { SubmitTask } from "../api/task.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import { type Log, toErrorField } from "../core/log.ts";
import { currentTraceparent } from "../core/trace.ts";
import type { Platform } from "../platform/platform.ts";
import { noCost } from "../pricing/add-cost.ts";
import { noUsage } from "../providers/provider.ts";
import { ensureWake } from "../queue/ensure-wake.ts";
import { type Planned, planRoute, type RouteDeps } from "../routing/plan-route.ts";
import { toNeeds } from "../routing/request-needs.ts";
import type { HeldContent } from "./held-content.ts";
import { type KeepDeps, type Kept, keepTask, type Order } from "./keep-task.ts";
import { nextSequence } from "./sequence.ts";
import type { KeepStarted } from "./start.ts";
import {
  type ResponseFacts,
  type TaskDocument,
  type TaskOrigin,
  taskPath,
  toStoredInput,
} from "./task-document.ts";
import { publishRecent, withEvent } from "./task-events.ts";

export type SubmitDeps = Pick<Platform, "documents" | "wakes" | "events" | "blobs" | "clock" | "ids"> &
  RouteDeps &
  KeepDeps & { log: Log; held: HeldContent };

export type Submitted = {
  task: TaskDocument;
  /** The Idempotency-Key had been used for the same request: nothing was made. */
  replayed: boolean;
  /** What this has drawn on, as far as this process knows it. */
  states: readonly AllowanceState[];
};

export type SubmitOptions = {
  idempotencyKey?: string;
  /** The caller starts the task itself: no worker is woken. */
  startsHere?: boolean;
  /** Tries to keep the task as one that the caller runs at once. */
  keepStarted?: KeepStarted;
  /** The content is kept by this process alone, and nowhere else. */
  isHeld?: boolean;
  /** It is a response of the OpenAI-compatible interface. */
  response?: ResponseFacts;
  /** What its messages came of, where they are not as they were asked for. */
  origin?: TaskOrigin;
};

/**
 * Keeps a task and sees to it that it is run. When this resolves the task is durable. An Idempotency-Key names the task by
 * tenant and key, so the creation itself is the check: one of many wins, the others get its task, also when the line is
 * full or its allowance used up by then. Throws `unknown_model`, `invalid_request`, `rate_limited`, `allowance_exhausted`,
 * `queue_full` and `idempotency_key_reused`.
 */
export async function submitTask(
  deps: SubmitDeps,
  principal: Principal,
  request: SubmitTask,
  { idempotencyKey, startsHere, keepStarted, isHeld = false, response, origin }: SubmitOptions = {},
): Promise<Submitted> {
  const { tenant } = principal;
  const id = idempotencyKey === undefined ? deps.ids.newId("task") : idFrom("task", tenant, idempotencyKey);
  const requestHash = idempotencyKey === undefined ? undefined : hashRequest(principal.user, request);
  const asked = {
    ...(await draftTask(deps, principal, request, id)),
    ...(requestHash && { requestHash }),
    ...(response && { response }),
    ...origin,
  };
  const draft = isHeld
    ? toHeld(deps, asked, request, idempotencyKey)
    : await deps.cache.prepare(asked, request);
  const ordered: Order = {
    ...{ draft, principal, request, mayBeReplayed: idempotencyKey !== undefined },
    ...(keepStarted && { keepStarted }),
  };
  const kept = await keepTask(deps, ordered);
  // Without a key it can only be this very task, whose commit's answer was lost and which somebody has claimed since.
  if (!kept) return { task: await findReplayed(deps, draft), replayed: ordered.mayBeReplayed, states: [] };
  if (usesCache(kept.task)) await deps.cache.begin(kept.task);
  if (isToldOf(kept.task)) await announce(deps, kept.task);
  if (kept.task.status === "scheduled" || (kept.task.status === "ready" && !startsHere))
    await wake(deps, kept);
  return { task: kept.task, replayed: false, states: kept.states };
}

/** The document without its content. Only a caller who may ask again leaves a trace of it, hashed with the key that only they know. */
function toHeld(
  deps: SubmitDeps,
  { mayContinue: _, ...asked }: TaskDocument,
  { input }: SubmitTask,
  idempotencyKey: string | undefined,
): TaskDocument {
  const secret = `${idempotencyKey} ${asked.requestHash}`;
  return {
    ...asked,
    input: notKept,
    ...(asked.requestHash && { requestHash: hash("sha256", secret, "base64url") }),
    ...deps.held.hold(asked.id, input),
  };
}

/** The task as it is asked for, its input still within. Throws `unknown_model` and `invalid_request`. */
export async function draftTask(
  deps: RouteDeps & Pick<SubmitDeps, "ids">,
  principal: Principal,
  request: SubmitTask,
  id: string,
): Promise<TaskDocument> {
  const needs = toNeeds(request);
  const planned = await planRoute(deps, { ...request, needs });
  // What it is charged when it is claimed, until the provider has told the truth.
  const estimatedTokens = needs.read + needs.written;
  return toDocument(deps, principal, request, { id, planned, estimatedTokens });
}

function toDocument(
  deps: Pick<SubmitDeps, "clock" | "ids">,
  { tenant, user, keyId }: Principal,
  request: SubmitTask,
  { id, planned, estimatedTokens }: { id: string; planned: Planned; estimatedTokens: number },
): TaskDocument {
  const { type, priority, stream, relatedEntity, metadata, expiresInSeconds } = request;
  const { queue, model, route, simulated } = planned;
  const now = deps.clock.now();
  const traceparent = currentTraceparent();
  const isLater = request.notBefore !== undefined && fromTime(request.notBefore) > now;
  return {
    id,
    type,
    status: isLater ? "scheduled" : "ready",
    queue,
    priority,
    ...(model && { model }),
    ...(route && {
      route,
      hasRoute: true as const,
      ...(mayContinue(request) && { mayContinue: true as const }),
    }),
    input: toStoredInput(request.input),
    attempts: [],
    usage: noUsage,
    cost: noCost,
    stream,
    ...(relatedEntity && { relatedEntity }),
    ...(metadata && { metadata }),
    ...(simulated && { simulated }),
    createdBy: user,
    createdAt: toTime(now),
    ...(isLater && request.notBefore && { notBefore: toTime(fromTime(request.notBefore)) }),
    ...(expiresInSeconds && { expiresAt: toTime(now + expiresInSeconds * 1_000) }),
    tenant,
    ...(keyId && { keyId }),
    mark: deps.ids.newId("submit"),
    estimatedTokens,
    ...withEvent({ ...neverTold, queue, model }, "task.accepted", toTime(now)),
    sequence: nextSequence(now),
    epoch: 0,
    attemptCount: 0,
    attemptsUsed: 0,
    ...(traceparent && { traceparent }),
    deleted: false,
  };
}

const neverTold = { eventSequence: 0, recentEvents: [], attempts: [] };

/** Tool calls and structured output are never put together from two attempts; thoughts cannot be gone on from. */
function mayContinue({ type, input, stream }: SubmitTask): boolean {
  if (type !== "chat" || !stream) return false;
  const { tools, responseFormat, reasoningEffort } = input;
  return !tools && (responseFormat?.type ?? "text") === "text" && !reasoningEffort;
}

/** Equal for equal requests of one user, whatever the order of their fields. */
function hashRequest(user: string, request: SubmitTask): string {
  return hash("sha256", stringify([user, request]) ?? "", "base64url");
}

async function findReplayed({ documents }: SubmitDeps, task: TaskDocument): Promise<TaskDocument> {
  const earlier = await documents.get<TaskDocument>(taskPath(task.id));
  if (!earlier)
    throw new ConeaError("conflict", "The task was created and removed at the same moment; try again.");
  if (isSameRequest(earlier.data, task) && !earlier.data.deleted) return earlier.data;
  throw new ConeaError(
    "idempotency_key_reused",
    "This Idempotency-Key was used for another request; use a new key for a new request.",
  );
}

/** What is the same as it was asked for may have come to other messages meanwhile. */
function isSameRequest(earlier: TaskDocument, { requestHash, askedHash }: TaskDocument): boolean {
  return earlier.requestHash === requestHash || (askedHash !== undefined && earlier.askedHash === askedHash);
}

function usesCache({ caching, status }: TaskDocument): boolean {
  return caching !== undefined || status === "succeeded";
}

/** Whoever runs it tells of its acceptance with its start. */
function isToldOf({ status }: TaskDocument): boolean {
  return status !== "succeeded" && status !== "running";
}

/** The first claim publishes it again, since nobody knows whether this was done: failing here loses nothing. */
async function announce(deps: SubmitDeps, task: TaskDocument): Promise<void> {
  try {
    await publishRecent(deps, task);
  } catch (error) {
    deps.log.warn("event left to the first claim", { taskId: task.id, ...toErrorField(error) });
  }
}

/** The task is safe already: a wake that fails is the sweep's to replace. */
async function wake(deps: SubmitDeps, { task, keptAt }: Kept): Promise<void> {
  const reason = task.status === "scheduled" ? "due" : "ready";
  try {
    await ensureWake(
      deps,
      { queue: task.queue, reason },
      task.notBefore ? fromTime(task.notBefore) : undefined,
      keptAt,
    );
  } catch (error) {
    deps.log.warn("wake failed", { taskId: task.id, queue: task.queue, ...toErrorField(error) });
  }
}
