import { publishUntoldAlerts } from "../../shared/alerts/publish-alerts.ts";
import { toSources } from "../../shared/alerts/to-sources.ts";
import { type WatchDeps, watchAlerts } from "../../shared/alerts/watch-alerts.ts";
import { type DriveBatchesDeps, driveBatches } from "../../shared/batches/drive-batches.ts";
import { removeExpired } from "../../shared/batches/remove-expired.ts";
import { toErrorField } from "../../shared/core/log.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { createLineEndpoints } from "../../shared/http/openai/create-line-endpoints.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";
import { sweepNotifications } from "../../shared/notifications/carry-out-due.ts";
import { type SweepDeps, sweep } from "../../shared/queue/sweep.ts";
import { forgetLines } from "../../shared/routing/forget-lines.ts";
import { publishReceipts } from "../../shared/webhooks/publish-receipts.ts";
import { sweepWebhooks } from "../../shared/webhooks/sweep-webhooks.ts";

type Deps = SweepDeps &
  WatchDeps &
  Parameters<typeof sweepWebhooks>[0] &
  Omit<DriveBatchesDeps, "lines" | "sizes">;

/**
 * Runs the sweep once, then all that wants to be looked after every minute, and answers with what was repaired and done. One
 * part that fails holds up no other: the next minute tries again.
 */
export function createCronSweep(deps: Deps): Handler {
  const endpoints = createLineEndpoints(deps);

  async function part<T extends object>(step: string, run: () => Promise<T>): Promise<T | { failed: 1 }> {
    try {
      return await run();
    } catch (error) {
      deps.log.error("a part of the sweep is left to the next", { step, ...toErrorField(error) });
      return { failed: 1 };
    }
  }

  return toInternalHandler(deps.log, async () => {
    const report = await sweep(deps);
    const [lines, webhooks, notifications, hooks, alerts, batches, files] = await Promise.all([
      part("lines", async () => ({ forgotten: await forgetLines(deps) })),
      part("webhooks", () => sweepWebhooks(deps)),
      part("notifications", () => sweepNotifications(deps)),
      part("hooks", async () => ({ published: await publishReceipts(deps) })),
      part("alerts", () => watch(deps)),
      part("batches", () => driveBatches({ ...deps, lines: endpoints })),
      part("files", () => removeExpired(deps)),
    ]);
    return Response.json({ ...report, lines, webhooks, notifications, hooks, alerts, batches, files });
  });
}

async function watch(deps: Deps) {
  const republished = await publishUntoldAlerts(deps);
  return { ...(await watchAlerts(deps, toSources(deps))), republished };
}
