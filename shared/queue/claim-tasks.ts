import { toTime } from "../core/clock.ts";
import {
  type Documents,
  PreconditionFailed,
  type Snapshot,
  type Write,
  type WriteTime,
} from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { permitLifeMs, permitsAt, spendPermits } from "./limiter.ts";
import { type Queue, type QueueDocument, queuePath, toQueueState } from "./queue-document.ts";

/** How long a claimed task is its worker's alone without a renewal. */
export const leaseMs = 30_000;

/** A task this worker may now run. */
export type Claimed = {
  task: TaskDocument;
  /** The write time of the claim: the precondition of everything written about the task until it is settled. */
  fence: WriteTime;
  /** The call may start until then (epoch ms); later the task must be given back. */
  startBy: number;
};

export type Claim = {
  claimed: Claimed[];
  /** Tasks found too old to start, now `expired`. */
  expired?: TaskDocument[];
  /** Set when more may be waiting: when to claim again (epoch ms). */
  lookAgainAt?: number;
  /** The queue's document was written: the places of `ended` are returned. */
  committed?: boolean;
};

export type ClaimRequest = {
  queue: Queue;
  /** The most tasks the caller can run. */
  atMost: number;
  /** Tasks of this queue that have ended since this process last claimed: their places are free again. */
  ended?: string[];
  /** How long a call may take: a place is not given away before. */
  longestCallMs: number;
  /** Claim this task, and only if it is the head of the line. */
  only?: string;
};

/**
 * Takes the best ready tasks, spends permits and gives each a lease, in one commit. Two reads, and one write per task and
 * one for the queue; nothing is written when the line is empty and no place of `ended` is to be returned. Whoever loses
 * the race for the queue's document gets nothing and is told to look again.
 */
export async function claimTasks(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  request: ClaimRequest,
): Promise<Claim> {
  const { queue } = request;
  const snapshot = await documents.get<QueueDocument>(queuePath(queue.id));
  const now = clock.now();
  const state = withoutEnded(toQueueState(snapshot), request.ended ?? [], now);
  const room = roomAt(state, request, now);
  if (room.count < 1) return { claimed: [], ...(room.nextAt !== undefined && { lookAgainAt: room.nextAt }) };

  const heads = await readHeads(documents, queue.id, request.only ? 1 : room.count);
  if (request.only && heads[0]?.id !== request.only) return { claimed: [], lookAgainAt: now };
  const expired = heads.filter(({ data }) => isExpired(data, now));
  const taken = heads.filter(({ data }) => !isExpired(data, now));
  if (heads.length === 0 && !request.ended?.length) return { claimed: [] };

  const next = toNextState(state, request, taken, now);
  const writes = [
    toQueueWrite(queue.id, snapshot, next),
    ...taken.map((head) => toClaimWrite(head, now)),
    ...expired.map((head) => toExpiredWrite(head, now)),
  ];
  const fences = await commitOrLose(documents, writes);
  if (!fences) return { claimed: [], lookAgainAt: clock.now() };
  const startBy = now + permitLifeMs(queue.limits.requests ?? []);
  return {
    committed: true,
    expired: expired.map(({ data }) => ({ ...data, ...expiredFields(now) })),
    claimed: taken.map((head, index) => ({
      task: claimedTask(head, now),
      fence: fences[index + 1] ?? "",
      startBy,
    })),
    ...(heads.length === room.count && { lookAgainAt: roomAt(next, request, now).nextAt ?? now }),
  };
}

function readHeads(documents: Documents, queueId: string, limit: number): Promise<Snapshot<TaskDocument>[]> {
  return documents.query<TaskDocument>({
    collection: "tasks",
    where: [
      ["queue", "==", queueId],
      ["status", "==", "ready"],
    ],
    orderBy: [
      ["priority", "asc"],
      ["sequence", "asc"],
    ],
    limit,
  });
}

/** How many tasks may be claimed now; where none, when that may change (unknown while only a call's end can). */
function roomAt(
  state: QueueDocument,
  { queue: { limits }, atMost }: ClaimRequest,
  now: number,
): { count: number; nextAt?: number } {
  if (state.retryAfterUntil > now) return { count: 0, nextAt: state.retryAfterUntil };
  const permits = permitsAt(state.limiter, limits.requests ?? [], now);
  if (permits.free < 1) return { count: 0, nextAt: permits.nextAt };
  const places = (limits.concurrency ?? Number.POSITIVE_INFINITY) - Object.keys(state.inFlight).length;
  if (places < 1) return { count: 0 };
  return { count: Math.min(permits.free, places, atMost), nextAt: now };
}

function withoutEnded(state: QueueDocument, ended: string[], now: number): QueueDocument {
  const gone = new Set(ended);
  const inFlight = Object.entries(state.inFlight).filter(([id, until]) => until > now && !gone.has(id));
  return { ...state, inFlight: Object.fromEntries(inFlight) };
}

function toNextState(
  state: QueueDocument,
  { queue: { limits }, longestCallMs }: ClaimRequest,
  taken: Snapshot<TaskDocument>[],
  now: number,
): QueueDocument {
  const places = limits.concurrency ? taken.map(({ id }) => [id, now + longestCallMs + leaseMs]) : [];
  return {
    ...state,
    limiter: spendPermits(state.limiter, limits.requests ?? [], now, taken.length),
    inFlight: { ...state.inFlight, ...Object.fromEntries(places) },
  };
}

function toQueueWrite(
  queueId: string,
  snapshot: Snapshot<QueueDocument> | undefined,
  data: QueueDocument,
): Write {
  const path = queuePath(queueId);
  if (!snapshot) return { op: "create", path, data };
  return { op: "set", path, data, precondition: { updateTime: snapshot.updateTime } };
}

function claimFields({ data }: Snapshot<TaskDocument>, now: number) {
  return {
    status: "running" as const,
    epoch: data.epoch + 1,
    attemptCount: data.attemptCount + 1,
    leaseUntil: toTime(now + leaseMs),
    startedAt: data.startedAt ?? toTime(now),
  };
}

function claimedTask(head: Snapshot<TaskDocument>, now: number): TaskDocument {
  return { ...head.data, ...claimFields(head, now) };
}

function toClaimWrite(head: Snapshot<TaskDocument>, now: number): Write {
  return {
    op: "update",
    path: taskPath(head.id),
    fields: claimFields(head, now),
    precondition: { updateTime: head.updateTime },
  };
}

function isExpired({ expiresAt }: TaskDocument, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= toTime(now);
}

export function expiredFields(now: number) {
  return { status: "expired" as const, completedAt: toTime(now) };
}

export function toExpiredWrite(task: Snapshot<TaskDocument>, now: number): Write {
  return {
    op: "update",
    path: taskPath(task.id),
    fields: expiredFields(now),
    precondition: { updateTime: task.updateTime },
  };
}

async function commitOrLose(documents: Documents, writes: Write[]): Promise<WriteTime[] | undefined> {
  try {
    return await documents.commit(writes);
  } catch (error) {
    if (error instanceof PreconditionFailed) return undefined;
    throw error;
  }
}
