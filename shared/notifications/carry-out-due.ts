import { toTime } from "../core/clock.ts";
import { toErrorField } from "../core/log.ts";
import type { Snapshot } from "../platform/documents.ts";
import { escalate } from "./escalate.ts";
import { type FlushDeps, flushNotices, readDueNotices } from "./flush-notices.ts";
import { type ThreadDocument, threadsCollection } from "./thread-document.ts";

export type DueReport = {
  /** Notices that had waited. */
  told: number;
  escalated: number;
  /** Left to the next sweep. */
  failed: number;
};

const pageSize = 200;

/** Does what is due of one subscription, as its wake asks. Rejects where it could not: the wake then comes again. */
export async function carryOutDueOf(deps: FlushDeps, subscriptionId: string): Promise<void> {
  // What waits was there before what follows it in time.
  await flushNotices(deps, subscriptionId);
  for (const thread of await readDueThreads(deps, subscriptionId)) await escalate(deps, thread);
}

/** Does what is due of all subscriptions: what their wakes did not. One that fails holds up no other. */
export async function sweepNotifications(deps: FlushDeps): Promise<DueReport> {
  const report: DueReport = { told: 0, escalated: 0, failed: 0 };
  const attempt = async (name: "told" | "escalated", run: () => Promise<number>) => {
    try {
      report[name] += await run();
    } catch (error) {
      report.failed += 1;
      deps.log.warn("what is due of notifications is left to the next sweep", toErrorField(error));
    }
  };
  const due = await readDueNotices(deps, { limit: pageSize });
  for (const subscriptionId of new Set(due.map(({ data }) => data.subscriptionId)))
    await attempt("told", () => flushNotices(deps, subscriptionId));
  for (const thread of await readDueThreads(deps))
    await attempt("escalated", async () => Number(await escalate(deps, thread)));
  return report;
}

function readDueThreads(
  { documents, clock }: FlushDeps,
  subscriptionId?: string,
): Promise<Snapshot<ThreadDocument>[]> {
  return documents.query<ThreadDocument>({
    collection: threadsCollection,
    where: [
      ...(subscriptionId === undefined
        ? []
        : [["subscriptionId", "==", subscriptionId] as [string, "==", string]]),
      ["dueAt", "<=", toTime(clock.now())],
    ],
    orderBy: [["dueAt", "asc"]],
    limit: pageSize,
  });
}

/** Whether a wake of the webhooks' queue is one of a subscription: there is no line of that name. */
export function isSubscription(endpoint: string): boolean {
  return endpoint.startsWith("subscription_");
}
