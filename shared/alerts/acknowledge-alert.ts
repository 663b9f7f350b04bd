import { type Principal, requireAdmin } from "../access/principal.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Log } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type AlertDocument, alertPath, withAlertEvent } from "./alert-document.ts";
import { publishAlert } from "./publish-alerts.ts";
import { findAlert } from "./read-alerts.ts";

type Deps = Pick<Platform, "documents" | "events" | "clock"> & { operatorTenant: string; log: Log };

const mostTries = 10;

/**
 * Somebody has seen to a firing alert: nobody else is woken for it. Once more changes nothing. Throws `not_found`, and
 * `conflict` where it does not fire.
 */
export async function acknowledgeAlert(deps: Deps, principal: Principal, id: string): Promise<AlertDocument> {
  requireAdmin(principal);
  for (let tries = 0; tries < mostTries; tries++) {
    const { data, updateTime } = await findAlert(deps, principal, id);
    if (data.state !== "firing") throw new ConeaError("conflict", `The alert does not fire (${data.state}).`);
    if (data.acknowledgedAt !== undefined) return data;
    const at = toTime(deps.clock.now());
    const told = withAlertEvent(data, "alert.acknowledged", at);
    const fields = { acknowledgedAt: at, acknowledgedBy: principal.user, changedAt: at, ...told };
    const update = { op: "update" as const, path: alertPath(id), fields, precondition: { updateTime } };
    if (!(await tryCommit(deps.documents, update))) continue;
    const after = { ...data, ...fields };
    await publishAlert(deps, after);
    return after;
  }
  throw new ConeaError("unavailable", "The alert is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}
