import { createHash } from "node:crypto";
import { type Principal, requireWriter } from "../access/principal.ts";
import { accountTasks } from "../allowances/account-tasks.ts";
import type { AllowanceState } from "../api/allowances.ts";
import type { TaskStatus } from "../api/task-type.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import { currentTraceparent } from "../core/trace.ts";
import { InvalidDocument, type ReadSnapshot, type Snapshot, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Backpressure } from "../queue/backpressure.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { wakeQueue } from "../queue/wake-queue.ts";
import { findOpen, type Planned, planRoute, type RouteDeps, toPlanned } from "../routing/plan-route.ts";
import { readInput } from "./load-input.ts";
import { createPurse, type Purse } from "./purse.ts";
import { findTask } from "./read-tasks.ts";
import type { ReserveDeps } from "./reserve-task.ts";
import { nextSequence } from "./sequence.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";
import { publishRecent, withEvent } from "./task-events.ts";

export type ReplayDeps = Pick<
  Platform,
  "documents" | "wakes" | "events" | "blobs" | "clock" | "ids" | "random"
> &
  RouteDeps &
  ReserveDeps & { log: Log; backpressure: Backpressure };

export type Replayed = {
  task: TaskDocument;
  /** The request had been carried out before: nothing was changed. */
  repeated: boolean;
  /** What this has drawn on, as far as this process knows it. */
  states: readonly AllowanceState[];
};

/** One request to replay, by which a task remembers that it was carried out. */
export type ReplayRequest = {
  model?: string | undefined;
  /** `{hash of the key}:{hash of the rest}`. */
  entry: string;
};

const mostTries = 10;
/** How many requests a task remembers. */
const keptReplays = 50;
const unsuccessful: ReadonlySet<TaskStatus> = new Set(["dead", "failed", "cancelled", "expired"]);

/**
 * Runs a task again that ended without success, at the end of its line: a new epoch with all its attempts again, and what
 * happened before kept in `attempts`. With another `model` it goes to that model's queue. A repeated `idempotencyKey` changes
 * nothing and gives the task as it is by then. The principal's allowances pay for it. Throws `not_found`, `conflict` unless the
 * task ended without success, `unknown_model`, `invalid_request`, `rate_limited`, `allowance_exhausted`, `queue_full` and
 * `idempotency_key_reused`.
 */
export async function replayTask(
  deps: ReplayDeps,
  principal: Principal,
  taskId: string,
  { model, idempotencyKey }: { model?: string | undefined; idempotencyKey?: string | undefined } = {},
): Promise<Replayed> {
  requireWriter(principal);
  const request = toReplayRequest(deps, principal, { model, idempotencyKey });
  const replayed = await applyReplay(deps, principal, request, () => findTask(deps, principal, taskId));
  if (!replayed.repeated) await wakeQueue(deps, replayed.task.queue);
  return replayed;
}

/** A request without a key of its caller's is known by one of its own: that tells whether a commit took place. */
export function toReplayRequest(
  { ids }: Pick<Platform, "ids">,
  { user }: Principal,
  {
    model,
    idempotencyKey,
    rest,
  }: { model?: string | undefined; idempotencyKey?: string | undefined; rest?: unknown },
): ReplayRequest {
  const body = JSON.stringify([user, model ?? null, rest ?? null]);
  return { model, entry: `${hash(idempotencyKey ?? ids.newId("replay"))}:${hash(body)}` };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/** Replays the task that `read` gives, reading it again as long as others write it, and tells of it. Wakes nobody. */
export async function applyReplay(
  deps: ReplayDeps,
  principal: Principal,
  request: ReplayRequest,
  read: () => Promise<Snapshot<TaskDocument> | ReadSnapshot<TaskDocument>>,
): Promise<Replayed> {
  let isUnsure = false;
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await read();
    if (wasCarriedOut(snapshot.data, request)) {
      return isUnsure ? told(deps, snapshot.data) : { task: snapshot.data, repeated: true, states: [] };
    }
    if (!unsuccessful.has(snapshot.data.status)) throw notReplayable(snapshot.data.status);
    if (snapshot.data.heldBy !== undefined)
      throw new ConeaError("conflict", "The task's content was not stored, so it cannot be run again.");
    let purse: Purse | undefined;
    try {
      // What a run before has used is settled first.
      if (snapshot.data.unaccounted) {
        await accountTasks(deps, [{ task: snapshot.data, updateTime: snapshot.updateTime }]);
        continue;
      }
      const planned = await planReplay(deps, snapshot.data, request);
      const reserved = await reserveReplay(deps, principal, snapshot.data, planned);
      purse = reserved;
      const change = toReplay(deps, snapshot, request, planned, reserved.fields);
      const admitted = await deps.backpressure.admit(change.task.queue, async (guards) => {
        // Where what is reserved may no longer be written, another look reserves anew.
        const isWritten =
          reserved.isFresh() && (await reserved.spend(() => write(deps, snapshot, change, guards)));
        // What is refused is looked at again from the start, whatever stood in its way.
        return isWritten ? "added" : "not needed";
      });
      if (admitted === "added") return await told(deps, change.task, reserved.states);
      reserved.giveBack();
    } catch (error) {
      purse?.giveBack();
      if (error instanceof ConeaError || error instanceof InvalidDocument) throw error;
      isUnsure = true;
      deps.log.debug("another look at a task to replay", { taskId: snapshot.id, ...toErrorField(error) });
    }
  }
  throw new ConeaError("unavailable", "The task is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

/** The first claim publishes it again, since nobody knows whether this was done: failing here loses nothing. */
async function told(
  deps: ReplayDeps,
  task: TaskDocument,
  states: Replayed["states"] = [],
): Promise<Replayed> {
  try {
    await publishRecent(deps, task);
  } catch (error) {
    deps.log.warn("event left to the first claim", { taskId: task.id, ...toErrorField(error) });
  }
  return { task, repeated: false, states };
}

function reserveReplay(
  deps: ReplayDeps,
  principal: Principal,
  task: TaskDocument,
  { queue, model, route }: Planned,
): Promise<Purse> {
  const { relatedEntity, type } = task;
  const subject = { ...principal, ...(relatedEntity !== undefined && { relatedEntity }) };
  const run = { status: "ready" as const, type, queue, ...(model && { model }), ...(route && { route }) };
  return createPurse(deps, subject, run, () => readInput(deps, task));
}

function wasCarriedOut({ replays = [] }: TaskDocument, { entry }: ReplayRequest): boolean {
  if (replays.includes(entry)) return true;
  const [key = ""] = entry.split(":");
  if (!replays.some((known) => known.startsWith(`${key}:`))) return false;
  throw new ConeaError(
    "idempotency_key_reused",
    "This Idempotency-Key was used for another request; use a new key for a new request.",
  );
}

/** The same candidates again, from the first one on; with a model of the request's own, that one and its fallbacks. */
async function planReplay(
  deps: ReplayDeps,
  { type, model, route }: TaskDocument,
  request: ReplayRequest,
): Promise<Planned> {
  const candidates = request.model === undefined ? (route?.candidates ?? []) : [];
  const areOpen = await Promise.all(candidates.map(({ provider }) => deps.catalogue.takesTasks(provider)));
  const known = candidates.filter((_, index) => areOpen[index]);
  if (known.length > 0) {
    return toPlanned(known, await findOpen(deps, known), route?.prefer);
  }
  return planRoute(deps, { type, model: request.model ?? model });
}

type Change = { task: TaskDocument; fields: Partial<TaskDocument>; removes: string[] };

function toReplay(
  deps: ReplayDeps,
  { data: task, ...snapshot }: Snapshot<TaskDocument> | ReadSnapshot<TaskDocument>,
  request: ReplayRequest,
  { queue, model, route, simulated }: Planned,
  reserved: Purse["fields"],
): Change {
  const now = deps.clock.now();
  const traceparent = currentTraceparent();
  const fields: Partial<TaskDocument> = {
    status: "ready",
    queue,
    ...(model && { model }),
    ...(route && { route, hasRoute: true }),
    ...(simulated && { simulated }),
    ...reserved,
    epoch: task.epoch + 1,
    attemptsUsed: 0,
    attemptsBefore: task.attemptCount,
    sequence: nextSequence(now),
    replays: [...(task.replays ?? []), request.entry].slice(-keptReplays),
    unpublished: true,
    ...(traceparent && { traceparent }),
    ...withEvent({ ...task, queue, model }, "task.accepted", toTime(now)),
  };
  // Whoever cancels next must still wait for a call that an earlier claim may yet start.
  const readAt = "readTime" in snapshot ? snapshot.readTime : toTime(now);
  const removes = [
    ...["error", "result", "completedAt", "startedAt", "leaseUntil", "notBefore", "rescue"],
    ...["reserved", "slices", "uppers", "outputCap", "usedTokens"].filter((name) => !(name in reserved)),
    ...(task.startBy && task.startBy > readAt ? [] : ["startBy"]),
    ...(task.expiresAt && task.expiresAt > toTime(now) ? [] : ["expiresAt"]),
    ...(model ? [] : ["model"]),
    ...(route ? [] : ["route", "hasRoute", "mayContinue"]),
    ...(simulated ? [] : ["simulated"]),
  ];
  return { task: without({ ...task, ...fields }, removes), fields, removes };
}

function without(task: TaskDocument, removes: string[]): TaskDocument {
  const kept = Object.entries(task).filter(([name]) => !removes.includes(name));
  return Object.fromEntries(kept) as TaskDocument;
}

function notReplayable(status: TaskStatus): ConeaError {
  const reason = status === "succeeded" ? "it has succeeded" : `it has not ended (${status})`;
  return new ConeaError("conflict", `Only a task that ended without success can be replayed; ${reason}.`);
}

function write(
  { documents }: ReplayDeps,
  { id, updateTime }: Snapshot<TaskDocument>,
  { fields, removes }: Change,
  guards: Write[],
): Promise<boolean> {
  const update: Write = { op: "update", path: taskPath(id), fields, removes, precondition: { updateTime } };
  return tryCommit(documents, update, ...guards);
}
