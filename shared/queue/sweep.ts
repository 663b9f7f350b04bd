import type { ConeaConfig, RetryConfig } from "../config/conea-config.ts";
import { toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Filter, Query, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { claimedAt } from "../tasks/next-state.ts";
import { settleAttempt } from "../tasks/settle-attempt.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { toStatusEvent } from "../tasks/to-event.ts";
import { expiredFields, leaseMs, toExpiredWrite } from "./claim-tasks.ts";
import { ensureWake } from "./ensure-wake.ts";
import { promoteDue } from "./promote-due.ts";
import { type QueueDocument, queuePath } from "./queue-document.ts";
import { tryCommit } from "./try-commit.ts";

export type SweepDeps = Pick<Platform, "documents" | "wakes" | "events" | "clock" | "random"> & {
  config: ConeaConfig;
  retry: RetryConfig;
  log: Log;
};

export type SweepReport = { lost: number; expired: number; promoted: number; queues: number };

const pageSize = 100;
const mostPages = 100;

/**
 * Repairs what a crash or a lost wake left behind: takes back tasks whose lease ran out, expires those not started in
 * time, promotes those that are due, and wakes every queue. Every step may run twice, also at once. With `orphans`, every
 * running task counts as left behind: right only where no other process can be running one, as when the embedded platform
 * opens its folder.
 */
export async function sweep(deps: SweepDeps, { orphans = false } = {}): Promise<SweepReport> {
  const queues = Object.keys(deps.config.providers);
  if (orphans) await Promise.all(queues.map((queue) => forgetInFlight(deps, queue)));
  const report: SweepReport = {
    lost: await takeBackLost(deps, orphans),
    expired: await expireTasks(deps),
    promoted: 0,
    queues: queues.length,
  };
  for (const queue of queues) {
    report.promoted += await promoteDue(deps, queue);
    await ensureWake(deps, { queue, reason: "ready" });
  }
  return report;
}

async function takeBackLost(deps: SweepDeps, orphans: boolean): Promise<number> {
  const now = toTime(deps.clock.now());
  const lease: Filter[] = orphans ? [] : [["leaseUntil", "<", now]];
  const query: Query = {
    collection: "tasks",
    where: [["status", "==", "running"], ...lease],
    orderBy: [["leaseUntil", "asc"]],
  };
  return eachPage(deps, query, ({ data, updateTime }) =>
    settleAttempt(
      deps,
      { task: data, fence: updateTime },
      { kind: "lost" },
      {
        provider: data.queue,
        startedAt: claimedAt(data, leaseMs),
        ...(data.simulated && { simulated: true }),
      },
    ),
  );
}

async function expireTasks(deps: SweepDeps): Promise<number> {
  const now = deps.clock.now();
  const query: Query = {
    collection: "tasks",
    where: [
      ["status", "in", ["ready", "scheduled"]],
      ["expiresAt", "<=", toTime(now)],
    ],
    orderBy: [["expiresAt", "asc"]],
  };
  return eachPage(deps, query, async (task) => {
    if (!(await tryCommit(deps.documents, toExpiredWrite(task, now)))) return false;
    const event = toStatusEvent({ ...task.data, ...expiredFields(now) }, now);
    if (event) await deps.events.publish(event);
    return true;
  });
}

/** Applies `change` to all that match, page by page; each change takes its task out of the query. Counts what changed. */
async function eachPage(
  { documents, log }: SweepDeps,
  query: Query,
  change: (task: Snapshot<TaskDocument>) => Promise<boolean>,
): Promise<number> {
  let changed = 0;
  for (let page = 0; page < mostPages; page++) {
    const found = await documents.query<TaskDocument>({ ...query, limit: pageSize });
    const results = await Promise.allSettled(found.map(change));
    for (const result of results) {
      if (result.status === "rejected")
        log.warn("sweep left a task for the next run", toErrorField(result.reason));
    }
    const done = results.filter((result) => result.status === "fulfilled" && result.value).length;
    changed += done;
    if (found.length < pageSize || done === 0) break;
  }
  return changed;
}

async function forgetInFlight({ documents }: SweepDeps, queueId: string): Promise<void> {
  const snapshot = await documents.get<QueueDocument>(queuePath(queueId));
  if (!snapshot) return;
  await tryCommit(documents, { op: "update", path: queuePath(queueId), fields: { inFlight: {} } });
}
