import { toTime } from "../core/clock.ts";
import type { ReadSnapshot, Snapshot, Write, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { mayTake } from "../tasks/held-content.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { withEvent } from "../tasks/task-events.ts";
import { type Times, toNextLook, toNextState } from "./after-claim.ts";
import { applyReports, everyEndMatters, isUrgent, type Report } from "./apply-reports.ts";
import { toPresent } from "./breaker.ts";
import { type BreakerOutbox, breakerEventFields } from "./breaker-events.ts";
import { chooseHeads, isExpired } from "./choose-heads.ts";
import { commitMarked } from "./commit-marked.ts";
import { expiredFields, toExpiredWrite } from "./expire-task.ts";
import { leaseMs } from "./lease-ms.ts";
import { permitLifeMs } from "./limiter.ts";
import { isStored, type Newcomer, toHead, toKeep, withNewcomers } from "./newcomers.ts";
import { emptyQueue, type Queue, type QueueDocument, queuePath, toQueueState } from "./queue-document.ts";
import { headsWorthReading, readOpenHeads } from "./read-heads.ts";
import { restsUntil } from "./rests-until.ts";
import { roomAt } from "./room.ts";

/** A task this worker may now run. */
export type Claimed = {
  task: TaskDocument;
  /**
   * The write time of the claim: the precondition of everything written about the task until it is settled. Empty when the
   * claim's answer was lost and somebody has changed the task since: then nothing may be called.
   */
  fence: WriteTime;
  /** The call may start until then (by this process's elapsed time); later the task must be given back. */
  startBy: number;
  /** How long that was from the claim on. */
  permitLifeMs: number;
  /** Its end matters to what others may claim, whatever it is: the queue must be told at once. */
  tellAtOnce: boolean;
};

export type Claim = {
  claimed: Claimed[];
  /** Tasks found too old to start, now `expired`. */
  expired: TaskDocument[];
  /** Set when more may be waiting: when to claim again (epoch ms, by this process's clock). */
  lookAgainAt?: number;
  /** When the queue's document was read (epoch ms, by the store's clock): has come, whatever this process's clock says. */
  readAt: number;
  /** The provider is left alone for now: who can go elsewhere should. */
  isResting: boolean;
  /** The queue's document holds the reports now. */
  reported: boolean;
  /** Where they opened or closed the breaker: what is to be told of it. */
  breakerEvents?: BreakerOutbox;
  /** The reports must not wait and could not be written: this process must try again. */
  owed: boolean;
};

export type ClaimRequest = {
  queue: Queue;
  /** The most tasks the caller can run. */
  atMost: number;
  /** What this process has to tell of its claims that have ended. */
  reports?: Report[];
  /** How long after this claim a call may start; the usual time where absent. More where the store is slow. */
  permitLifeMs?: number;
  /** Claim these tasks, and only as far as none of them overtakes another. */
  only?: ReadonlySet<string>;
  /** Beside `only` claim these, which are not stored yet, by the commit that keeps them. One that is not claimed is not kept. */
  newcomers?: Newcomer[];
  /** Whether this process has the content of a task that is kept nowhere else. */
  holds?: (taskId: string) => boolean;
  /** What the tasks of this queue are charged on average, as far as is known: decides how many heads are read. */
  tokensEach?: number;
};

type ClaimDeps = Pick<Platform, "documents" | "clock" | "ids">;

/**
 * Takes the best ready tasks, spends permits and gives each a lease, in one commit. Two reads, and one write per task and
 * one for the queue; where nothing can be claimed, nothing is written unless a report must not wait. Whoever loses the race
 * for the queue's document gets nothing and is told to look again.
 */
export async function claimTasks(deps: ClaimDeps, request: ClaimRequest): Promise<Claim> {
  const { queue, reports = [] } = request;
  const { snapshot, askedAt } = await readQueue(deps, queue.id);
  // The store's clock, which all who claim share. It read the document after it was asked.
  const now = Date.parse(snapshot.readTime);
  const toOwn = (at: number) => deps.clock.now() + Math.max(0, at - now);
  const lifeMs = request.permitLifeMs ?? permitLifeMs(queue.limits.requests ?? []);
  const times = { now, startBy: now + lifeMs };
  const state = applyReports(snapshot.data, reports, queue, { now, elapsed: askedAt });
  const room = roomAt(state, queue, now);
  const wanted = Math.min(room.count, request.atMost, headsWorthReading(room, queue, request.tokensEach));
  const { heads, coming } = wanted < 1 ? emptyLine : await readLine(deps, request, wanted, now);
  const isOvertaking = request.only !== undefined && heads.length === 0;

  const chosen = chooseHeads(heads, room, queue, now);
  const again = isOvertaking ? now : toNextLook({ chosen, heads, room, wanted, state, queue, times });
  const lookAgain = again === undefined ? {} : { lookAgainAt: toOwn(again) };
  const isIdle = chosen.taken.length === 0 && chosen.expired.length === 0;
  const tellAtOnce = everyEndMatters(state, queue);
  // What mends a breaker leaves nothing behind that matters, and others still wait to hear of it.
  const isMended =
    state.breaker.state === "closed" && toPresent(snapshot.data.breaker, now).state !== "closed";
  const mustTell = isMended || reports.some((report) => tellAtOnce || isUrgent(report, queue));
  const isResting = restsUntil(state, now) !== undefined;
  if (isIdle && !mustTell) return { ...nothing, ...lookAgain, readAt: now, isResting };

  const mark = deps.ids.newId("claim");
  const following = toNextState(state, queue, chosen.taken, times);
  const told = breakerEventFields(snapshot.data, following, now);
  const next = { ...following, ...told, mark };
  const tasks = chosen.taken.map((head) => ({ head, fields: toClaimFields(head.data, mark, times) }));
  const writes: Write[] = [
    { op: "set", path: queuePath(queue.id), data: next, precondition: { updateTime: snapshot.updateTime } },
    ...tasks.map(({ head, fields }) => toWrite(head, fields)),
    ...chosen.expired.map((head) => toExpiredWrite(head, now)),
  ];
  const mayRepeat = () => coming.every(({ isFresh }) => isFresh());
  const fences = await commitMarked(deps, writes, { mark, mayRepeat });
  if (!fences) return { ...nothing, lookAgainAt: deps.clock.now(), readAt: now, isResting, owed: mustTell };
  return {
    claimed: tasks.map(({ head, fields }, index) => ({
      // Whoever runs a newcomer tells of its acceptance too.
      task: isStored(head) ? { ...head.data, ...fields } : { ...head.data, ...fields, unpublished: true },
      fence: fences[index + 1] ?? "",
      // Measured from before the store was asked, so no call starts later than a permit's life after `now`.
      startBy: askedAt + lifeMs,
      permitLifeMs: lifeMs,
      tellAtOnce,
    })),
    expired: chosen.expired.map(({ data }) => ({ ...data, ...expiredFields(data, now) })),
    ...lookAgain,
    readAt: now,
    isResting,
    reported: true,
    ...told,
    owed: false,
  };
}

const nothing = { claimed: [], expired: [], reported: false, owed: false };

/** The heads of a line, those included that come to it with this claim. */
type Line = { heads: Snapshot<TaskDocument>[]; coming: Newcomer[] };

const emptyLine: Line = { heads: [], coming: [] };

/** What may be claimed of the line, `wanted` at most: all of its heads, or those that are asked for. */
async function readLine(
  { documents }: ClaimDeps,
  request: ClaimRequest,
  wanted: number,
  now: number,
): Promise<Line> {
  const { queue, newcomers = [], holds = () => false } = request;
  const only = toAsked(request);
  const most = Math.min(wanted, only?.most ?? wanted);
  const isOpen = ({ data }: Snapshot<TaskDocument>) => mayTake(data, holds, now);
  const found = await readOpenHeads(documents, queue.id, most, isOpen);
  const coming = newcomers.filter(({ task, isFresh }) => isFresh() && !isExpired(task, now));
  const line = withNewcomers(found, coming.map(toHead), found.length < most);
  return { heads: only ? untilOther(line, only.ids).slice(0, wanted) : line, coming };
}

/** Which tasks are asked for, and how many heads tell whether they are next: the first of another shows as well. */
function toAsked({ only, newcomers = [] }: ClaimRequest) {
  if (!only) return undefined;
  if (newcomers.length === 0) return { ids: only, most: only.size };
  return { ids: new Set([...only, ...newcomers.map(({ task }) => task.id)]), most: only.size + 1 };
}

/** The heads of the line up to the first that is none of those asked for. */
function untilOther(heads: Snapshot<TaskDocument>[], only: ReadonlySet<string>): Snapshot<TaskDocument>[] {
  const other = heads.findIndex(({ id }) => !only.has(id));
  return other < 0 ? heads : heads.slice(0, other);
}

/** The queue's document, and when it was asked for by elapsed time. One nobody has claimed from is written first. */
async function readQueue(
  { documents, clock }: ClaimDeps,
  queueId: string,
): Promise<{ snapshot: ReadSnapshot<QueueDocument>; askedAt: number }> {
  const path = queuePath(queueId);
  for (const isNew of [true, false]) {
    const askedAt = clock.elapsed();
    const snapshot = await documents.get<QueueDocument>(path);
    if (snapshot) return { snapshot: { ...snapshot, data: toQueueState(snapshot) }, askedAt };
    // Whoever comes second finds the first one's: that is as good.
    if (isNew) await documents.commit([{ op: "create", path, data: emptyQueue }]).catch(() => undefined);
  }
  throw new Error(`the document of queue ${queueId} could not be made`);
}

function toClaimFields(task: TaskDocument, mark: string, { now, startBy }: Times) {
  const claimedAt = toTime(now);
  return {
    status: "running" as const,
    epoch: task.epoch + 1,
    attemptCount: task.attemptCount + 1,
    startedAt: task.startedAt ?? claimedAt,
    mark,
    ...withEvent(task, "task.started", claimedAt),
    // Last, since they are taken away when the claim ends.
    leaseUntil: toTime(now + leaseMs),
    startBy: toTime(startBy),
  };
}

function toWrite(head: Snapshot<TaskDocument>, fields: object): Write {
  if (!isStored(head)) return toKeep(head, fields);
  const { path, updateTime } = head;
  return { op: "update", path, fields, removes: ["unpublished"], precondition: { updateTime } };
}
