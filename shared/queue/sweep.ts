import { isBounding } from "../allowances/is-bounding.ts";
import { type AllowancesReport, sweepAllowances } from "../allowances/sweep-allowances.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { toTime } from "../core/clock.ts";
import { createSteps } from "../core/create-steps.ts";
import { toErrorField } from "../core/log.ts";
import type { Filter, Query, Snapshot } from "../platform/documents.ts";
import { claimedAt } from "../tasks/next-state.ts";
import { type SettleDeps, settleAttempt } from "../tasks/settle-attempt.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { publishMarked } from "../tasks/task-events.ts";
import type { BreakerEventDeps } from "./breaker-events.ts";
import { confirmEnded } from "./confirm-ended.ts";
import { hasReady } from "./count-waiting.ts";
import { ensureWake } from "./ensure-wake.ts";
import { toExpiredWrite } from "./expire-task.ts";
import { leaseMs } from "./lease-ms.ts";
import { promoteDue } from "./promote-due.ts";
import { tryCommit } from "./try-commit.ts";

export type SweepDeps = SettleDeps & BreakerEventDeps & { config: ConeaConfig };

/** What a sweep repaired, by kind. */
export type SweepReport = {
  lost: number;
  expired: number;
  promoted: number;
  /** Ended tasks whose last events were published again. */
  republished: number;
  queues: number;
  /** Ended tasks that were accounted for, and slices of allowances that were taken back. */
  accounted: number;
  slices: number;
  /** Steps that failed and are left to the next sweep. */
  failed: number;
};

const pageSize = 100;
/** What a step has not done by then, the next sweep does. */
const longestStepMs = 40_000;

/**
 * Repairs what a crash or a lost wake left behind: takes back tasks whose lease ran out, expires those not started in
 * time, publishes events again that may not have been, accounts for what allowances are owed, promotes those that are due, and wakes each queue in whose line
 * somebody stands: an idle one costs a read and no worker. Every step may run twice, also at once, takes a bounded time, and one
 * that fails holds up no other. With `orphans`, every running task counts as left behind: right only where no other process can
 * be running one. `isAlone`: no other process is there at all, as when the embedded platform opens its folder, so that what
 * processes held of allowances was left behind as well. `wakeAll` wakes idle queues too.
 */
export async function sweep(
  deps: SweepDeps,
  { orphans = false, isAlone = false, wakeAll = false } = {},
): Promise<SweepReport> {
  // With it the lines of registered models become known, retired ones too.
  await deps.catalogue.read();
  const queues = Object.keys(deps.config.providers);
  const report: SweepReport = {
    lost: 0,
    expired: 0,
    promoted: 0,
    republished: 0,
    queues: queues.length,
    accounted: 0,
    slices: 0,
    failed: 0,
  };
  const step = createSteps(report, deps.log);
  await step("lost", () => takeBackLost(deps, orphans));
  await step("expired", () => expireTasks(deps));
  await step("republished", () => publishUnpublished(deps));
  // After what ends tasks: what was reserved for them is let go at once.
  const { accounted, takenBack, failed } = await sweepBounds(deps, isAlone);
  report.accounted += accounted;
  report.slices += takenBack;
  report.failed += failed;
  for (const queue of queues) {
    await step("republished", () => confirmEnded(deps, queue, { orphans }));
    await step("promoted", () => promoteDue(deps, queue));
    await step("queues", async () => {
      if (wakeAll || (await hasReady(deps, queue))) await ensureWake(deps, { queue, reason: "ready" });
      return 0;
    });
  }
  return report;
}

/** Where nothing is bounded nobody looks. */
async function sweepBounds(deps: SweepDeps, orphans: boolean): Promise<AllowancesReport> {
  const { allowances } = deps.config;
  if (!isBounding(allowances)) return { accounted: 0, takenBack: 0, told: 0, failed: 0 };
  return sweepAllowances(deps, { orphans, thresholds: allowances.thresholds });
}

async function takeBackLost(deps: SweepDeps, orphans: boolean): Promise<number> {
  const lease: Filter[] = orphans ? [] : [["leaseUntil", "<", toTime(deps.clock.now())]];
  const query: Query = {
    collection: "tasks",
    where: [["status", "==", "running"], ...lease],
    orderBy: [["leaseUntil", "asc"]],
  };
  return eachPage(deps, query, async ({ data, updateTime }) => {
    const facts = {
      provider: data.queue,
      startedAt: claimedAt(data, leaseMs),
      ...(data.simulated && { simulated: true }),
    };
    const claim = { task: data, fence: updateTime };
    return (await settleAttempt(deps, claim, { kind: "lost" }, facts)) !== undefined;
  });
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
  // Their events follow in the next step: the write marks them as unpublished.
  return eachPage(deps, query, (task) => tryCommit(deps.documents, toExpiredWrite(task, now)));
}

/** Tasks that ended outside of a claim, by a cancel, their age, an operator or the cache, and whose event may not have been published. */
async function publishUnpublished(deps: SweepDeps): Promise<number> {
  const query: Query = {
    collection: "tasks",
    where: [
      ["unpublished", "==", true],
      ["status", "in", ["succeeded", "cancelled", "expired", "dead"]],
    ],
  };
  return eachPage(deps, query, async ({ data, updateTime }) => {
    await publishMarked(deps, data, updateTime);
    return true;
  });
}

/** Applies `change` to all that match, page by page; each change takes its task out of the query. Counts what changed. */
async function eachPage(
  { documents, clock, log }: SweepDeps,
  query: Query,
  change: (task: Snapshot<TaskDocument>) => Promise<boolean>,
): Promise<number> {
  let changed = 0;
  const until = clock.now() + longestStepMs;
  while (clock.now() < until) {
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
