import { type ReportDeps, reportUsage } from "../../shared/analytics/report-usage.ts";
import { type RollUpDeps, rollUp } from "../../shared/analytics/roll-up.ts";
import type { Handler } from "../../shared/http/create-app.ts";
import { toInternalHandler } from "../../shared/http/to-internal-handler.ts";

/** Makes hours, days and months of what was counted, reports on those that are over, and answers with what was done. */
export function createCronRollup(deps: RollUpDeps & ReportDeps): Handler {
  return toInternalHandler(deps.log, async () => {
    const rolled = await rollUp(deps);
    const { reports, failed } = await reportUsage(deps);
    return Response.json({ ...rolled, reports, failed: rolled.failed + failed });
  });
}
