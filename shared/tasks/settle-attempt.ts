import { isDeepStrictEqual } from "node:util";
import { notKept } from "../api/results.ts";
import type { Attempt } from "../api/task.ts";
import { terminalStatuses } from "../api/task-type.ts";
import type { RetryConfig } from "../config/conea-config.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { copyWithout } from "../core/copy-without.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Value, Write, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { ensureWake } from "../queue/ensure-wake.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { decideNext } from "./decide-next.ts";
import type { AttemptFacts, Outcome } from "./next-state.ts";
import { toPurse } from "./purse.ts";
import type { ReserveDeps } from "./reserve-task.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";
import { eventFor, publishRecent, withEvent } from "./task-events.ts";

/** For looking into what went wrong; nothing reads a late outcome. */
const keepLateMs = 30 * 24 * 60 * 60 * 1_000;

export type SettleDeps = Pick<Platform, "documents" | "wakes" | "events" | "clock" | "random" | "ids"> &
  ReserveDeps & {
    retry: RetryConfig;
    log: Log;
    /** Says of a settled task that this process goes on with it at once: nobody is woken for it. */
    goesOnHere?: (task: TaskDocument) => boolean;
  };

/** The task as it is by then. Not told of: its events could not be published, which the sweep has to see to. */
export type Settled = { task: TaskDocument; isTold: boolean };

/**
 * Ends a claim with one conditional write, then tells those who must know. `undefined` when somebody else had written since
 * the claim (a cancel, another worker): then nothing of the outcome is applied, and it is kept as late. Rejects when the
 * store stays unreachable. `lastPage` of its live text is written with it.
 */
export async function settleAttempt(
  deps: SettleDeps,
  { task, fence }: { task: TaskDocument; fence: WriteTime },
  outcome: Outcome,
  facts: AttemptFacts,
  lastPage?: Write,
): Promise<Settled | undefined> {
  const now = deps.clock.now();
  const options = { now, retry: deps.retry, random: deps.random };
  const { fields, removes, extension } = await decideNext(deps, task, { outcome, facts }, options);
  const purse = extension && toPurse(deps, extension, {});
  const type = eventFor(fields.status);
  const settled: TaskDocument = Object.assign(copyWithout(task, removes), fields);
  const event = type ? withEvent(settled, type, fields.completedAt ?? toTime(now)) : {};
  const mark = deps.ids.newId("settle");
  Object.assign(settled, event, { mark });
  const path = taskPath(task.id);
  const changed = { ...fields, ...event, mark };
  const attempt = fields.attempts?.at(-1);
  const write: Write = {
    op: "update",
    path,
    fields: changed,
    removes,
    precondition: { updateTime: fence },
  };
  const commit = () =>
    commitMarked(deps, lastPage ? [write, lastPage] : [write], {
      mark,
      // Whoever claims the task next sets a mark of its own, and keeps the attempt.
      shows: ({ attempts }) => attempt !== undefined && holds(attempts, attempt),
      ...(purse && { mayRepeat: purse.isFresh }),
    });
  const times = await (purse ? purse.spend(commit) : commit());
  if (!times) {
    purse?.giveBack();
    await keepLate(deps, task, outcome);
    return undefined;
  }
  deps.allowances.note(settled, times[0] ?? "");
  // A worker that is lost may not have told of its start.
  const latest = outcome.kind === "lost" ? settled.recentEvents.length : type ? 1 : 0;
  const isTold = latest === 0 || (await isPublished(deps, settled, latest));
  if (!terminalStatuses.has(settled.status) && !deps.goesOnHere?.(settled))
    await wakeFor(deps, settled, times[0] ? fromTime(times[0]) : now);
  return { task: settled, isTold };
}

/** The task is settled already: what its publisher refuses is the sweep's to tell, once its queue hears that it was not told. */
async function isPublished(deps: SettleDeps, task: TaskDocument, latest: number): Promise<boolean> {
  try {
    await publishRecent(deps, task, latest);
    return true;
  } catch (error) {
    deps.log.warn("event left to the sweep", { taskId: task.id, ...toErrorField(error) });
    return false;
  }
}

function holds(attempts: Value | undefined, attempt: Attempt): boolean {
  return Array.isArray(attempts) && attempts.some((known) => isDeepStrictEqual(known, attempt));
}

async function keepLate(
  { documents, clock, log }: SettleDeps,
  task: TaskDocument,
  outcome: Outcome,
): Promise<void> {
  log.info("late outcome kept apart", { taskId: task.id, attempt: task.attemptCount, outcome: outcome.kind });
  await tryCommit(documents, {
    op: "create",
    path: `${taskPath(task.id)}/late/${task.epoch}`,
    data: { tenant: task.tenant, outcome: toKept(task, outcome), deleteAt: toTime(clock.now() + keepLateMs) },
  });
}

function toKept({ batch }: TaskDocument, outcome: Outcome): Outcome {
  return batch?.isUnstored && "result" in outcome ? { ...outcome, result: notKept } : outcome;
}

/** The task is settled already: a wake that fails is the sweep's to replace. */
async function wakeFor(deps: SettleDeps, task: TaskDocument, settledAt: number): Promise<void> {
  const { id, queue, status, notBefore } = task;
  try {
    if (status === "ready") await ensureWake(deps, { queue, reason: "ready" }, undefined, settledAt);
    if (status === "scheduled" && notBefore) {
      await ensureWake(deps, { queue, reason: "due" }, fromTime(notBefore), settledAt);
    }
  } catch (error) {
    deps.log.warn("wake failed", { taskId: id, queue, ...toErrorField(error) });
  }
}
