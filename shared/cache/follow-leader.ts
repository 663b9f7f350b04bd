import type { Allowances } from "../allowances/allowances.ts";
import type { StoredJson, TaskResult } from "../api/results.ts";
import { terminalStatuses } from "../api/task-type.ts";
import { fromTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Snapshot, Write, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { ensureWake } from "../queue/ensure-wake.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { isNotKept, type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { waitForTask } from "../tasks/wait-for-task.ts";
import { giveFiles, loadResult } from "./cached-files.ts";
import { isKeepable } from "./is-keepable.ts";
import { tellOfHit } from "./tell-of-hit.ts";
import { toHit } from "./to-hit.ts";

export type FollowDeps = Pick<Platform, "documents" | "blobs" | "wakes" | "events" | "clock"> & {
  log: Log;
  closing: AbortSignal;
  allowances: Allowances;
};

/** What becomes of a leader until a time (epoch ms), as far as anybody can tell. */
export type LeaderEnd = (leaderId: string, until: number) => Promise<TaskDocument | undefined>;

/** Watches leaders, each once for all that follow it in this process. */
export function createLeaderEnd(deps: FollowDeps): LeaderEnd {
  const watched = new Map<string, Promise<TaskDocument | undefined>>();
  return (leaderId, until) => {
    const known = watched.get(leaderId);
    if (known) return known;
    const options = { waitMs: Math.max(0, until - deps.clock.now()), signal: deps.closing };
    const end = waitForTask(deps, leaderId, options).finally(() => watched.delete(leaderId));
    watched.set(leaderId, end);
    return end;
  };
}

/**
 * Ends a task that follows a leader with the leader's result, or puts it into line when there is none for it. `false` then, and
 * when nothing is known by its `notBefore`: then its own wake puts it into line, as it does when this process is gone.
 */
export async function followLeader(
  deps: FollowDeps,
  task: TaskDocument,
  leaderEnd: LeaderEnd,
): Promise<boolean> {
  const { leader = "" } = task.caching ?? {};
  const ended = await leaderEnd(leader, fromTime(task.notBefore ?? task.createdAt));
  if (!ended || !terminalStatuses.has(ended.status)) return false;
  const result = await shareResult(deps, ended, task);
  const snapshot = await deps.documents.get<TaskDocument>(taskPath(task.id));
  if (snapshot?.data.status !== "scheduled") return false;
  return result ? end(deps, snapshot, result, answerCost(ended)) : putInLine(deps, snapshot);
}

/** The leader's result as the follower's own, where the follower would have kept it and asked for just that. */
async function shareResult(
  deps: FollowDeps,
  leader: TaskDocument,
  task: TaskDocument,
): Promise<TaskResult | StoredJson | undefined> {
  const isSame =
    leader.tenant === task.tenant &&
    leader.queue === task.queue &&
    leader.model === task.model &&
    leader.caching?.digest === task.caching?.digest;
  const { result } = leader;
  if (!isSame || leader.status !== "succeeded" || !result || isNotKept(result)) return undefined;
  try {
    if (!isKeepable(await loadResult(deps, leader.type, result))) return undefined;
    return await giveFiles(deps, task, result);
  } catch (error) {
    deps.log.warn("a result could not be shared", { taskId: task.id, ...toErrorField(error) });
    return undefined;
  }
}

async function end(
  deps: FollowDeps,
  { id, data, updateTime }: Snapshot<TaskDocument>,
  result: TaskResult | StoredJson,
  savedMicros: number | undefined,
): Promise<boolean> {
  const fields = toHit(data, result, { now: deps.clock.now(), savedMicros });
  if (!(await tryCommit(deps.documents, toChange({ id, updateTime }, fields)))) return false;
  await tellOfHit(deps, { ...data, ...fields });
  // What was told of has been written since.
  deps.allowances.note({ ...data, ...fields }, "");
  return true;
}

/** What the call cost that gave a leader's answer, where that is known. */
function answerCost({ attempts }: TaskDocument): number | undefined {
  return attempts.findLast(({ outcome }) => outcome === "succeeded")?.costMicros;
}

async function putInLine(deps: FollowDeps, { id, data, updateTime }: Snapshot<TaskDocument>): Promise<false> {
  const isReady = await tryCommit(deps.documents, toChange({ id, updateTime }, { status: "ready" }));
  if (isReady) await ensureWake(deps, { queue: data.queue, reason: "ready" });
  return false;
}

function toChange(
  { id, updateTime }: { id: string; updateTime: WriteTime },
  fields: Partial<TaskDocument>,
): Write {
  return { op: "update", path: taskPath(id), fields, removes: ["notBefore"], precondition: { updateTime } };
}
