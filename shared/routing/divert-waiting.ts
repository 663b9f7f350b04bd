import { type Log, toErrorField } from "../core/log.ts";
import type { Query, Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { wakeQueue } from "../queue/wake-queue.ts";
import { type Funded, fundCall } from "../tasks/fund-call.ts";
import { toPurse } from "../tasks/purse.ts";
import type { ReserveDeps } from "../tasks/reserve-task.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { type TurnChange, toTurn } from "../tasks/to-turn.ts";
import { availableCandidates, freshRescue } from "./decide-rescue.ts";
import type { RestingQueues } from "./resting-queues.ts";

export type DivertDeps = Pick<Platform, "documents" | "wakes"> &
  ReserveDeps & { resting: RestingQueues; log: Log };

const pageSize = 100;
/** What is not diverted by then goes with the next look at the queue. */
const mostPages = 10;

/** A task that waits elsewhere now. */
export type Diverted = { id: string; queue: string };

/**
 * Sends the tasks that wait in a queue whose provider is left alone to the next candidate of their route whose provider is
 * not and whose call is paid, and wakes those queues. Tasks without one stay. Safe to run twice at once: each goes once. Never rejects; what
 * fails is left to the next look.
 */
export async function divertWaiting(deps: DivertDeps, queueId: string): Promise<Diverted[]> {
  const diverted: Diverted[] = [];
  const query: Query = {
    collection: "tasks",
    where: [
      ["queue", "==", queueId],
      ["status", "==", "ready"],
      ["hasRoute", "==", true],
    ],
    limit: pageSize,
  };
  try {
    for (let page = 0; page < mostPages; page++) {
      const found = await deps.documents.query<TaskDocument>(query);
      const moved = await Promise.all(found.map((task) => divert(deps, task)));
      const done = moved.filter((one) => one !== undefined);
      diverted.push(...done);
      if (found.length < pageSize || done.length === 0) break;
    }
  } catch (error) {
    deps.log.warn("waiting tasks are diverted later", { queue: queueId, ...toErrorField(error) });
  }
  for (const queue of new Set(diverted.map((one) => one.queue))) await wakeQueue(deps, queue);
  return diverted;
}

async function divert(deps: DivertDeps, task: Snapshot<TaskDocument>): Promise<Diverted | undefined> {
  const change = await findTurn(deps, task.data);
  if (!change) return undefined;
  const write: Write = {
    op: "update",
    path: taskPath(task.id),
    fields: { ...change.fields, ...change.funded.fields },
    removes: change.removes,
    precondition: { updateTime: task.updateTime },
  };
  const { extension } = change.funded;
  const purse = extension && toPurse(deps, extension, {});
  const commit = () => tryCommit(deps.documents, write);
  const isDone = await (purse ? purse.spend(commit) : commit());
  if (!isDone) purse?.giveBack();
  return isDone ? { id: task.id, queue: change.fields.queue } : undefined;
}

/** The turn of the first candidate that may still be called, whose provider is not left alone, and whose call is paid. */
async function findTurn(
  deps: DivertDeps,
  task: TaskDocument,
): Promise<(TurnChange & { funded: Funded }) | undefined> {
  const { route, rescue = freshRescue, queue } = task;
  if (!route) return undefined;
  const available = availableCandidates(route.candidates.length, rescue, deps.config.retry);
  for (const index of available.filter((one) => one !== route.at)) {
    const provider = route.candidates[index]?.provider;
    // Another model of the same provider waits for the same breaker.
    if (provider === undefined || provider === queue) continue;
    // It asked this task for silence, which its queue may not have heard of.
    if ((rescue.quietUntil?.[index] ?? 0) > deps.clock.now()) continue;
    if (!(await deps.catalogue.takesTasks(provider)) || (await deps.resting.isResting(provider))) continue;
    const turn = toTurn(route, index);
    const funded = await fundCall(deps, { ...task, ...turn.fields }, index);
    if (funded) return { ...turn, funded };
  }
  return undefined;
}
