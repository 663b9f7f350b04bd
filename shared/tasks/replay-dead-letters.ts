import { createHash } from "node:crypto";
import stringify from "safe-stable-stringify";
import { type Principal, requireWriter } from "../access/principal.ts";
import type { ReplayDeadLetters, ReplayedDeadLetters } from "../api/dead-letters.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import type { Snapshot, WriteTime } from "../platform/documents.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { wakeQueue } from "../queue/wake-queue.ts";
import { planRoute } from "../routing/plan-route.ts";
import { listDeadLetters } from "./dead-letters.ts";
import { findTask } from "./read-tasks.ts";
import { applyReplay, type ReplayDeps, type ReplayRequest, toReplayRequest } from "./replay-task.ts";
import type { TaskDocument } from "./task-document.ts";

/** The most tasks and the most pages of a search for text that one call goes through. */
const mostReplayed = 1_000;
const mostPages = 40;
const pageSize = 50;

/** For so long an Idempotency-Key is known; no client repeats a call for longer. */
const keepRequestMs = 30 * 24 * 60 * 60 * 1_000;

/** `replayRequests/{hash of tenant and key}`: what a call with an Idempotency-Key asked for, and what it was answered. */
type RequestDocument = {
  tenant: string;
  requestHash: string;
  deleteAt: string;
  answer?: ReplayedDeadLetters;
};

export type ReplayedAll = {
  answer: ReplayedDeadLetters;
  /** The Idempotency-Key had been used for the same request: this is what it was answered. */
  repeated: boolean;
};

/**
 * Replays the dead letters that match, oldest first, a thousand at most. One that cannot be replayed is counted and passed
 * over; a full line, or an allowance that is used up, ends the call. What dies while it is under way is not replayed by it again. With a key, a call that was
 * carried out is answered as then, and one that was cut off goes on, counting what was left. Throws `unknown_model`,
 * `invalid_request` and `idempotency_key_reused`.
 */
export async function replayDeadLetters(
  deps: ReplayDeps,
  principal: Principal,
  request: ReplayDeadLetters,
  idempotencyKey?: string,
): Promise<ReplayedAll> {
  requireWriter(principal);
  await requireKnownModel(deps, request.model);
  const earlier =
    idempotencyKey === undefined ? undefined : await begin(deps, principal, request, idempotencyKey);
  if (earlier?.answer) return { answer: earlier.answer, repeated: true };
  const entry = toReplayRequest(deps, principal, { model: request.model, idempotencyKey, rest: request });
  const answer = await replayAll(deps, principal, request, entry);
  if (earlier) await finish(deps, earlier, answer);
  return { answer, repeated: false };
}

/** A model that nobody has is the caller's mistake, and not one for each task. */
async function requireKnownModel(deps: ReplayDeps, model: string | undefined): Promise<void> {
  if (model === undefined) return;
  const [type = "chat"] = (await deps.catalogue.find(model))?.kinds ?? [];
  await planRoute(deps, { type, model });
}

async function replayAll(
  deps: ReplayDeps,
  principal: Principal,
  { filter, cursor }: ReplayDeadLetters,
  request: ReplayRequest,
): Promise<ReplayedDeadLetters> {
  const to = filter.to ?? toTime(deps.clock.now() + 1);
  const total = { replayed: 0, failed: 0 };
  let next = cursor;
  for (let pages = 0; pages < mostPages && total.replayed + total.failed < mostReplayed; pages++) {
    const listing = { ...filter, to, limit: pageSize, ...(next !== undefined && { cursor: next }) };
    const { found, nextCursor } = await listDeadLetters(deps, principal, listing, "asc");
    const page = await replayPage(deps, principal, found, request);
    total.replayed += page.replayed;
    total.failed += page.failed;
    // The same place again: what was full left some of this page where they were.
    if (page.isFull) return { ...total, more: true, ...(next !== undefined && { nextCursor: next }) };
    if (nextCursor === undefined) return { ...total, more: false };
    next = nextCursor;
  }
  return { ...total, more: true, ...(next !== undefined && { nextCursor: next }) };
}

async function replayPage(
  deps: ReplayDeps,
  principal: Principal,
  found: Snapshot<TaskDocument>[],
  request: ReplayRequest,
): Promise<{ replayed: number; failed: number; isFull: boolean }> {
  const results = await Promise.allSettled(
    found.map((snapshot) => applyReplay(deps, principal, request, readFirst(deps, principal, snapshot))),
  );
  const failures = results.filter((result) => result.status === "rejected").map(({ reason }) => reason);
  const broken = failures.find((reason) => !(reason instanceof ConeaError));
  const done = results.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  await Promise.all([...new Set(done.map(({ task }) => task.queue))].map((queue) => wakeQueue(deps, queue)));
  if (broken) throw broken;
  return {
    replayed: done.filter(({ repeated }) => !repeated).length,
    failed: failures.filter((reason) => !isFull(reason)).length,
    isFull: failures.some(isFull),
  };
}

/** The line, or what the caller may still use. */
function isFull(reason: unknown): boolean {
  return reason instanceof ConeaError && ends.has(reason.code);
}

const ends: ReadonlySet<string> = new Set(["queue_full", "rate_limited", "allowance_exhausted"]);

/** The document as the list gave it, then, if others have written it since, as it is. */
function readFirst(deps: ReplayDeps, principal: Principal, listed: Snapshot<TaskDocument>) {
  let first: Snapshot<TaskDocument> | undefined = listed;
  return async () => {
    const known = first;
    first = undefined;
    return known ?? findTask(deps, principal, listed.id);
  };
}

type Begun = { path: string; updateTime: WriteTime; answer?: ReplayedDeadLetters };

async function begin(
  { documents, clock }: ReplayDeps,
  { tenant, user }: Principal,
  request: ReplayDeadLetters,
  idempotencyKey: string,
): Promise<Begun> {
  const path = `replayRequests/${idFrom("replay", tenant, idempotencyKey)}`;
  const requestHash = createHash("sha256")
    .update(stringify([user, request]) ?? "")
    .digest("base64url");
  const deleteAt = toTime(clock.now() + keepRequestMs);
  const data: RequestDocument = { tenant, requestHash, deleteAt };
  await tryCommit(documents, { op: "create", path, data });
  const known = await documents.get<RequestDocument>(path);
  if (known?.data.requestHash !== requestHash) {
    throw new ConeaError(
      "idempotency_key_reused",
      "This Idempotency-Key was used for another request; use a new key for a new request.",
    );
  }
  const { answer } = known.data;
  return { path, updateTime: known.updateTime, ...(answer && { answer }) };
}

/** Of two that carried out the same request at once, the first one's answer is kept. */
async function finish(
  { documents }: ReplayDeps,
  { path, updateTime }: Begun,
  answer: ReplayedDeadLetters,
): Promise<void> {
  await tryCommit(documents, { op: "update", path, fields: { answer }, precondition: { updateTime } });
}
