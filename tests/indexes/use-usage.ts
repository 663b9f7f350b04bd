import { queryUsage } from "../../shared/analytics/query-usage.ts";
import { listReports } from "../../shared/analytics/read-reports.ts";
import { repairUsage } from "../../shared/analytics/repair-usage.ts";
import { reportUsage } from "../../shared/analytics/report-usage.ts";
import { rollUp } from "../../shared/analytics/roll-up.ts";
import { createUsageWriter } from "../../shared/analytics/usage-writer.ts";
import { aChat, admin, ann } from "../../shared/tasks/conea.fixture.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";
import { submitTask } from "../../shared/tasks/submit-task.ts";
import { recentEventsOf } from "../../shared/tasks/task-events.ts";

const hourMs = 3_600_000;

/** A task that is counted, rolled up, shown, reported on, verified and repaired, as if it were long ago. */
export async function useUsage(given: Conea): Promise<void> {
  const { task } = await submitTask(given, ann, aChat());
  const writer = createUsageWriter({ ...given, shards: 1 });
  for (const event of recentEventsOf(task)) writer.note(event);
  await writer.flush();
  const now = given.clock.now();
  const deps = { ...given, clock: { ...given.clock, now: () => now + 48 * hourMs } };
  await rollUp(deps);
  await reportUsage(deps);
  for (const granularity of ["minute", "month"] as const)
    await queryUsage(given, ann, { granularity, groupBy: ["user"] });
  await listReports(deps, admin, { period: "day", limit: 1 });
  await listReports(deps, admin, { period: "day", limit: 1, cursor: "2026-01-01T00:00:00.000Z" });
  const range = { from: "2026-01-01T00:00:00.000Z", to: "2026-01-01T10:00:00.000Z" };
  await repairUsage(deps, range, { shards: 1 });
}
