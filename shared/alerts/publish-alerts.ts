import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type AlertDocument, alertPath, alertsCollection, toAlertEvent } from "./alert-document.ts";

type Deps = Pick<Platform, "documents" | "events"> & { log: Log };

const pageSize = 100;

/** Tells of an alert what its document remembers. What fails is left to the next sweep, which finds the mark. */
export async function publishAlert(deps: Deps, alert: AlertDocument): Promise<void> {
  try {
    await publishRecent(deps, alert);
  } catch (error) {
    deps.log.warn("an alert's event is left to the sweep", { rule: alert.rule, ...toErrorField(error) });
  }
}

/** Tells of the alerts whose events may not have been published. Resolves to how many there were. */
export async function publishUntoldAlerts(deps: Deps): Promise<number> {
  const found = await deps.documents.query<AlertDocument>({
    collection: alertsCollection,
    where: [["unpublished", "==", true]],
    limit: pageSize,
  });
  for (const { data } of found) await publishAlert(deps, data);
  return found.length;
}

/** The mark goes only while no later event has come. */
async function publishRecent({ documents, events }: Deps, alert: AlertDocument): Promise<void> {
  const untold = alert.recentEvents.filter(({ sequence }) => sequence > alert.published);
  for (const recent of untold) await events.publish(toAlertEvent(alert, recent));
  const path = alertPath(alert.id);
  const snapshot = await documents.get<AlertDocument>(path);
  if (!snapshot || snapshot.data.eventSequence !== alert.eventSequence) return;
  const fields = { published: alert.eventSequence };
  const precondition = { updateTime: snapshot.updateTime };
  await tryCommit(documents, { op: "update", path, fields, removes: ["unpublished"], precondition });
}
