import type { RetryConfig } from "../config/conea-config.ts";
import { fromTime } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { ensureWake } from "../queue/ensure-wake.ts";
import { queuePath } from "../queue/queue-document.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type AttemptFacts, nextState, type Outcome } from "./next-state.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";
import { toStatusEvent } from "./to-event.ts";

export type SettleDeps = Pick<Platform, "documents" | "wakes" | "events" | "clock" | "random"> & {
  retry: RetryConfig;
  log: Log;
};

/**
 * Ends a claim with one conditional write, then tells those who must know. `false` when somebody else had written since
 * the claim (a cancel, another worker): then nothing of the outcome is applied, and it is kept as late.
 */
export async function settleAttempt(
  deps: SettleDeps,
  { task, fence }: { task: TaskDocument; fence: WriteTime },
  outcome: Outcome,
  facts: AttemptFacts,
): Promise<boolean> {
  const change = nextState(task, outcome, facts, {
    now: deps.clock.now(),
    retry: deps.retry,
    random: deps.random,
  });
  const settled = await tryCommit(deps.documents, {
    op: "update",
    path: taskPath(task.id),
    ...change,
    precondition: { updateTime: fence },
  });
  if (!settled) {
    await keepLate(deps, task, outcome);
    return false;
  }
  await announce(deps, { ...task, ...change.fields }, outcome);
  return true;
}

async function keepLate({ documents, log }: SettleDeps, task: TaskDocument, outcome: Outcome): Promise<void> {
  log.info("late outcome kept apart", { taskId: task.id, attempt: task.attemptCount, outcome: outcome.kind });
  await tryCommit(documents, {
    op: "create",
    path: `${taskPath(task.id)}/late/${task.epoch}`,
    data: { tenant: task.tenant, outcome },
  });
}

async function announce(deps: SettleDeps, task: TaskDocument, outcome: Outcome): Promise<void> {
  if (outcome.kind === "failed" && outcome.rateLimited && outcome.retryAfterMs) {
    await holdQueue(deps, task.queue, deps.clock.now() + outcome.retryAfterMs);
  }
  const event = toStatusEvent(task, deps.clock.now());
  if (event) await deps.events.publish(event);
  if (task.status === "ready") await ensureWake(deps, { queue: task.queue, reason: "ready" });
  if (task.status === "scheduled" && task.notBefore) {
    await ensureWake(deps, { queue: task.queue, reason: "due" }, fromTime(task.notBefore));
  }
}

/** The vendor asked for silence: no claim of this queue before `until`. The last one to ask wins. */
async function holdQueue({ documents }: SettleDeps, queueId: string, until: number): Promise<void> {
  await tryCommit(documents, { op: "update", path: queuePath(queueId), fields: { retryAfterUntil: until } });
}
