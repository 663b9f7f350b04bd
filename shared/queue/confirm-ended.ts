import type { ConeaConfig } from "../config/conea-config.ts";
import { allTold } from "../events/outbox.ts";
import type { Platform } from "../platform/platform.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { publishRecent } from "../tasks/task-events.ts";
import { type BreakerEventDeps, publishBreakerEvents } from "./breaker-events.ts";
import { fromStarts, toStarts } from "./in-flight.ts";
import { leaseMs } from "./lease-ms.ts";
import { type QueueDocument, queuePath, toQueueState } from "./queue-document.ts";
import { tryCommit } from "./try-commit.ts";

/** A claim younger than this is its worker's to report. */
const patienceMs = 60_000;

type Deps = Pick<Platform, "documents"> & BreakerEventDeps & { config: ConeaConfig };

/**
 * Looks after claims of a queue that nobody has reported the end of, or that ended in somebody else's hands: the events of
 * their tasks are published again, in case whoever ended them went before it could, and their places are returned. A place
 * whose call may still be running somewhere stays taken until it must have ended. What may not have been told of its breaker
 * is published as well. Resolves to how many were put in order.
 */
export async function confirmEnded(deps: Deps, queueId: string, { orphans = false } = {}): Promise<number> {
  const snapshot = await deps.documents.get<QueueDocument>(queuePath(queueId));
  if (!snapshot) return 0;
  const { inFlight, unconfirmed, breaker, breakerEvents } = toQueueState(snapshot);
  const now = Date.parse(snapshot.readTime);
  const longestMs = (deps.config.providers[queueId]?.timeouts.totalMs ?? 0) + leaseMs;
  const isOld = ([, at]: [string, number]) => orphans || at < now - patienceMs;
  const done = new Set<string>();
  for (const [claim, at] of [...toStarts(inFlight)].filter(isOld)) {
    const mayStillRun = !orphans && now < at + longestMs;
    if (await isConfirmed(deps, claim, mayStillRun)) done.add(claim);
  }
  for (const [claim] of Object.entries(unconfirmed).filter(isOld)) {
    if (await isConfirmed(deps, claim, false)) done.add(claim);
  }
  const told = await publishBreakerEvents(deps, queueId, breakerEvents);
  if (done.size + told === 0) return 0;
  const rest = (claims: Record<string, number>) =>
    Object.fromEntries(Object.entries(claims).filter(([claim]) => !done.has(claim)));
  const isWritten = await tryCommit(deps.documents, {
    op: "update",
    path: queuePath(queueId),
    fields: {
      inFlight: fromStarts(new Map([...toStarts(inFlight)].filter(([claim]) => !done.has(claim)))),
      unconfirmed: rest(unconfirmed),
      breaker: { ...breaker, probes: rest(breaker.probes) },
      ...(breakerEvents && { breakerEvents: allTold(breakerEvents) }),
    },
    precondition: { updateTime: snapshot.updateTime },
  });
  // Whoever wrote in between is busy with the queue: the next sweep looks again.
  return isWritten ? done.size + told : 0;
}

async function isConfirmed(deps: Deps, claim: string, mayStillRun: boolean): Promise<boolean> {
  const [taskId = "", epoch] = claim.split(":");
  const snapshot = await deps.documents.get<TaskDocument>(taskPath(taskId));
  if (!snapshot) return !mayStillRun;
  const task = snapshot.data;
  const isHeld = task.status === "running" && task.epoch === Number(epoch);
  if (isHeld) return false;
  await publishRecent(deps, task);
  return !mayStillRun || hasReported(task, Number(epoch));
}

/** Whether the worker of that claim came to its end itself, so that no call of it is left. */
function hasReported(task: TaskDocument, epoch: number): boolean {
  const isLatest = task.epoch === epoch;
  const last = task.attempts.at(-1)?.outcome;
  return isLatest && last !== undefined && last !== "lost" && task.status !== "cancelled";
}
