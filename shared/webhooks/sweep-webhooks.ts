import { toTime } from "../core/clock.ts";
import { createSteps } from "../core/create-steps.ts";
import type { DeliveryDocument } from "./delivery-document.ts";
import type { DisableDeps } from "./disable-endpoint.ts";
import { publishLeftUntold } from "./endpoint-events.ts";
import { judgeFailing } from "./failing-endpoints.ts";
import { type LineDocument, linePath } from "./line-document.ts";
import type { ReplayDocument } from "./replay-document.ts";
import { wakeLine } from "./wake-line.ts";

export type WebhookSweepReport = {
  /** Lines with something due that were woken. */
  woken: number;
  /** Endpoints that were warned of or disabled. */
  judged: number;
  /** Endpoints whose events were published again. */
  republished: number;
  /** Replays that were taken up again. */
  replays: number;
  /** Steps that failed and are left to the next sweep. */
  failed: number;
};

/** What a step has not done by then, the next sweep does. */
const longestStepMs = 40_000;
const pageSize = 100;

/**
 * Repairs what a crash or a lost wake left behind: wakes each line in which something is due, and so also one whose holder died; goes
 * on with replays; publishes endpoints' events again; warns of failing endpoints. Every step may run twice, also at once. With
 * `orphans`, nobody can be working at a line: right only where no other process is, as when the embedded platform opens.
 */
export async function sweepWebhooks(
  deps: DisableDeps,
  { orphans = false } = {},
): Promise<WebhookSweepReport> {
  const report: WebhookSweepReport = { woken: 0, judged: 0, republished: 0, replays: 0, failed: 0 };
  const step = createSteps(report, deps.log);
  await step("judged", () => judgeFailing(deps));
  await step("republished", () => publishLeftUntold(deps));
  await step("woken", () => wakeLines(deps, orphans));
  await step("replays", () => wakeReplays(deps));
  return report;
}

/** One read for each endpoint with anything on its way: its first delivery, then on to the next endpoint. */
async function wakeLines(deps: DisableDeps, orphans: boolean): Promise<number> {
  const until = deps.clock.now() + longestStepMs;
  let woken = 0;
  for (let after = " "; deps.clock.now() < until; ) {
    const [first] = await deps.documents.query<DeliveryDocument>({
      collection: "webhookDeliveries",
      where: [["state", "==", "pending"]],
      orderBy: [
        ["endpointId", "asc"],
        ["dueAt", "asc"],
      ],
      limit: 1,
      startAfter: { values: [after, afterAllTimes], id: afterAllIds },
    });
    if (!first) break;
    after = first.data.endpointId;
    if (orphans) await dropLease(deps, after);
    if ((first.data.dueAt ?? "") > toTime(deps.clock.now()) && !orphans) continue;
    await wakeLine(deps, after, { at: Date.parse(first.data.dueAt ?? "") });
    woken += 1;
  }
  return woken;
}

const afterAllTimes = "9999";
const afterAllIds = "~";

async function dropLease({ documents }: DisableDeps, endpointId: string): Promise<void> {
  const path = linePath(endpointId);
  const line = await documents.get<LineDocument>(path);
  if (line && line.data.leaseUntil > 0)
    await documents.commit([{ op: "update", path, fields: { leaseUntil: 0 } }]);
}

async function wakeReplays(deps: DisableDeps): Promise<number> {
  const running = await deps.documents.query<ReplayDocument>({
    collection: "webhookReplays",
    where: [["state", "==", "running"]],
    orderBy: [["createdAt", "asc"]],
    limit: pageSize,
  });
  const endpoints = new Set(running.map(({ data }) => data.endpointId));
  for (const endpointId of endpoints) await wakeLine(deps, endpointId, { reason: "due" });
  return endpoints.size;
}
