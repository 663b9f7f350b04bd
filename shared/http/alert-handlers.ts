import { acknowledgeAlert } from "../alerts/acknowledge-alert.ts";
import { toAlert } from "../alerts/alert-document.ts";
import { findAlert, listAlerts } from "../alerts/read-alerts.ts";
import type { WatchDeps } from "../alerts/watch-alerts.ts";
import { readRules } from "../config/alert-rules.ts";
import type { Handlers } from "./create-app.ts";

type AlertOperation = "listAlerts" | "getAlert" | "acknowledgeAlert" | "listAlertRules";

export function createAlertHandlers(deps: WatchDeps): Pick<Handlers, AlertOperation> {
  return {
    async listAlerts({ principal, query }) {
      const { alerts, nextCursor } = await listAlerts(deps, principal, query);
      return Response.json({ items: alerts.map(toAlert), ...(nextCursor && { nextCursor }) });
    },
    async getAlert({ principal, params: { alertId = "" } }) {
      const { data } = await findAlert(deps, principal, alertId);
      return Response.json(toAlert(data));
    },
    async acknowledgeAlert({ principal, params: { alertId = "" } }) {
      return Response.json(toAlert(await acknowledgeAlert(deps, principal, alertId)));
    },
    async listAlertRules() {
      return Response.json({ items: readRules(deps.config.alerts) });
    },
  };
}
