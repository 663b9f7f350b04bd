import type { Principal } from "../access/principal.ts";
import type { SubmitTask } from "../api/task.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import { cancelTask } from "../tasks/change-task.ts";
import { reprioritiseTask } from "../tasks/reprioritise-task.ts";
import { type SettleDeps, settleAttempt } from "../tasks/settle-attempt.ts";
import { type SubmitDeps, submitTask } from "../tasks/submit-task.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { publishClaimed } from "../tasks/task-events.ts";
import { toReport } from "../tasks/to-report.ts";
import { type Claimed, claimTasks } from "./claim-tasks.ts";
import { countInQueue, inQueue } from "./count-waiting.ts";
import { type DescribeDeps, describeQueue } from "./describe-queue.ts";
import { findQueue } from "./find-queue.ts";

/*
 * A queue under the names that queues usually have (docs/repository-operations.md), each a thin door to what Conea itself
 * does. What waits and who may run it is the store's: two processes that dequeue never get the same task.
 */

type ReadDeps = Pick<Platform, "documents"> & { config: ConeaConfig };

/** Keeps a task and puts it at the end of its priority's line. As `submitTask`. */
export async function enqueueTask(
  deps: SubmitDeps,
  principal: Principal,
  request: SubmitTask,
): Promise<TaskDocument> {
  return (await submitTask(deps, principal, request)).task;
}

/** The same at another priority than the request says, 0 (the best) to 9. */
export function enqueueTaskWithPriority(
  deps: SubmitDeps,
  principal: Principal,
  request: SubmitTask,
  priority: number,
): Promise<TaskDocument> {
  return enqueueTask(deps, principal, { ...request, priority });
}

type ClaimDeps = Pick<Platform, "documents" | "clock" | "ids" | "events"> & { config: ConeaConfig };

/**
 * Claims the best ready task of a queue, if its limits allow a call now: it is then the caller's for the time of a lease, to
 * be settled (`settleAttempt`) or released. Its start is told before this resolves. `undefined` when there is none, or the race
 * for it was lost.
 */
export async function claimNextTask(deps: ClaimDeps, queueId: string): Promise<Claimed | undefined> {
  const { claimed } = await claimTasks(deps, { queue: findQueue(deps.config, queueId), atMost: 1 });
  if (claimed[0]) await publishClaimed(deps, claimed[0].task);
  return claimed[0];
}

/** Takes the best ready task out of its line: `claimNextTask` under the name that queues usually have. */
export const dequeueTask = claimNextTask;

/**
 * Gives a claimed task back to its line, at the place it had and with no attempt used, for whoever has not called its
 * provider; its place in flight becomes free. `false` when it was not the caller's any more.
 */
export async function releaseTask(
  deps: SettleDeps & { config: ConeaConfig },
  { task, fence }: Claimed,
): Promise<boolean> {
  const queue = findQueue(deps.config, task.queue);
  const facts = { provider: task.queue, startedAt: deps.clock.now() };
  const settled = await settleAttempt(deps, { task, fence }, { kind: "returned" }, facts);
  const isReleased = settled !== undefined;
  // Whoever claims at this moment may win: the place then becomes free with the next sweep.
  const end = {
    outcome: { kind: "returned" as const },
    isTold: settled?.isTold ?? false,
    endedAt: deps.clock.elapsed(),
  };
  const reports = [toReport(task, end, queue)];
  await claimTasks(deps, { queue, atMost: 0, reports });
  return isReleased;
}

/** The first tasks of the line, the next one first, without claiming them. */
export async function peekQueue(
  { documents, config }: ReadDeps,
  queueId: string,
  limit = 1,
): Promise<TaskDocument[]> {
  const found = await documents.query<TaskDocument>({
    ...inQueue(findQueue(config, queueId).id, "ready"),
    orderBy: [
      ["priority", "asc"],
      ["sequence", "asc"],
    ],
    limit,
  });
  return found.map(({ data }) => data);
}

/** Takes a task out of its queue for good. As `cancelTask`: it stays readable, as `cancelled`. */
export const removeFromQueue = cancelTask;

/** Moves a waiting task to another priority. As `reprioritiseTask`. */
export const reorderTask = reprioritiseTask;

/** How many tasks are in line: ready to start as soon as limits allow. */
export async function queueLength(deps: ReadDeps, queueId: string): Promise<number> {
  return countInQueue(deps, findQueue(deps.config, queueId).id, "ready");
}

/** What the operator's view shows of a queue. As `describeQueue`. */
export function queueStats(deps: DescribeDeps, queueId: string) {
  return describeQueue(deps, queueId);
}

/** Whether the line is as long as `queue.maxReady` allows, so that submissions to it are refused. Counts each time. */
export async function isQueueFull(deps: ReadDeps, queueId: string): Promise<boolean> {
  const { maxReady } = deps.config.queue;
  const { id } = findQueue(deps.config, queueId);
  return (await deps.documents.count({ ...inQueue(id, "ready"), limit: maxReady })) >= maxReady;
}
