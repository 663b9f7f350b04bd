import { acknowledgeAlert } from "../../shared/alerts/acknowledge-alert.ts";
import { publishUntoldAlerts } from "../../shared/alerts/publish-alerts.ts";
import { listAlerts } from "../../shared/alerts/read-alerts.ts";
import { toSources } from "../../shared/alerts/to-sources.ts";
import { watchAlerts } from "../../shared/alerts/watch-alerts.ts";
import { aChat, admin, ann } from "../../shared/tasks/conea.fixture.ts";
import type { Conea } from "../../shared/tasks/create-conea.ts";
import { submitTask } from "../../shared/tasks/submit-task.ts";

const aCursor = Buffer.from(`2026-01-01T00:00:00.000Z alert_${"a".repeat(26)}`).toString("base64url");

/** A rule that fires by what the store says, is listed and acknowledged. */
export async function useAlerts(given: Conea): Promise<void> {
  await submitTask(given, ann, aChat());
  const alerts = { "queue-length": { above: 0, forMinutes: 0 } };
  const deps = { ...given, operatorTenant: admin.tenant, config: { ...given.config, alerts } };
  await watchAlerts(deps, toSources(deps));
  for (const state of [undefined, "firing" as const])
    for (const cursor of [undefined, aCursor])
      await listAlerts(deps, admin, { limit: 1, ...(state && { state }), ...(cursor && { cursor }) });
  const [firing] = (await listAlerts(deps, admin, { limit: 1, state: "firing" })).alerts;
  if (firing) await acknowledgeAlert(deps, admin, firing.id);
  await publishUntoldAlerts(deps);
  await watchAlerts({ ...deps, config: { alerts: { "queue-length": { disabled: true } } } }, toSources(deps));
}
