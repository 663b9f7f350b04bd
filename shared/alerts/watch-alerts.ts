import type { AlertOverride, AlertRule } from "../api/alerts.ts";
import { readRules } from "../config/alert-rules.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type AlertDocument, alertPath, alertsCollection } from "./alert-document.ts";
import { groupSamples } from "./group-samples.ts";
import { measure, type Sources } from "./measure.ts";
import { idOf, nextAlert, type Sample } from "./next-alert.ts";
import { publishAlert } from "./publish-alerts.ts";

export type WatchDeps = Pick<Platform, "documents" | "events" | "clock"> & {
  config: { alerts: Readonly<Record<string, AlertOverride>> };
  operatorTenant: string;
  log: Log;
};

export type WatchReport = { fired: number; resolved: number; firing: number; failed: number };

/** More than can be active at once before somebody looks. */
const mostActive = 1_000;

/**
 * Measures what the rules ask for, and fires and resolves alerts by it. One query, and a write for each alert that changes. What
 * is above is logged for Cloud Monitoring, whose policies come from the same rules. May run twice at once: every write holds
 * only where nobody has written since. A rule that cannot be measured leaves its alerts as they are.
 */
export async function watchAlerts(deps: WatchDeps, sources: Sources): Promise<WatchReport> {
  const report: WatchReport = { fired: 0, resolved: 0, firing: 0, failed: 0 };
  const rules = readRules(deps.config.alerts);
  const active = await readActive(deps);
  for (const rule of rules) {
    try {
      const samples = groupSamples(rule, await measure(rule, sources));
      tellMonitoring(deps, rule, samples);
      await applyRule(deps, rule, {
        samples,
        active: active.filter(({ data }) => data.rule === rule.id),
        report,
      });
    } catch (error) {
      report.failed += 1;
      deps.log.warn("a rule could not be measured", { rule: rule.id, ...toErrorField(error) });
    }
  }
  await endUnruled(deps, rules, active, report);
  return report;
}

async function readActive({ documents }: WatchDeps): Promise<Snapshot<AlertDocument>[]> {
  return documents.query<AlertDocument>({
    collection: alertsCollection,
    where: [["active", "==", true]],
    limit: mostActive,
  });
}

/** Cloud Monitoring takes the value from the log: what is below needs no line. */
function tellMonitoring({ log }: WatchDeps, { id, above }: AlertRule, samples: Sample[]): void {
  for (const { subject, value } of samples) {
    if (value > above) log.warn("alert measured", { rule: id, value, ...(subject && { subject }) });
  }
}

type Seen = { samples: Sample[]; active: Snapshot<AlertDocument>[]; report: WatchReport };

async function applyRule(deps: WatchDeps, rule: AlertRule, { samples, active, report }: Seen): Promise<void> {
  const byId = new Map(samples.map((sample) => [idOf(rule, sample), sample]));
  const known = new Map(active.map((snapshot) => [snapshot.id, snapshot]));
  const above = samples.filter(({ value }) => value > rule.above).map((sample) => idOf(rule, sample));
  for (const id of new Set([...above, ...known.keys()])) {
    // One that is over is read again when it begins anew: it says when it was last told.
    const before = known.get(id) ?? (await deps.documents.get<AlertDocument>(alertPath(id)));
    await apply(deps, rule, { id, before, sample: byId.get(id), report });
  }
}

/** A rule that was switched off or taken away has nothing more to say. */
async function endUnruled(
  deps: WatchDeps,
  rules: AlertRule[],
  active: Snapshot<AlertDocument>[],
  report: WatchReport,
): Promise<void> {
  const off = active.filter(({ data }) => !rules.some(({ id }) => id === data.rule));
  for (const before of off) {
    const { rule: id, title, advice, severity, threshold: above } = before.data;
    const rule = { id, title, advice, severity, above, measure: "queueLength" as const };
    await apply(
      deps,
      { ...rule, forMinutes: 0, coolDownMinutes: 0 },
      { id: before.id, before, sample: undefined, report },
    );
  }
}

type Change = {
  id: string;
  before: Snapshot<AlertDocument> | undefined;
  sample: Sample | undefined;
  report: WatchReport;
};

async function apply(
  deps: WatchDeps,
  rule: AlertRule,
  { id, before, sample, report }: Change,
): Promise<void> {
  const { clock, operatorTenant } = deps;
  const after = nextAlert(rule, before?.data, sample, { now: clock.now(), operatorTenant });
  const present = after ?? before?.data;
  if (present?.state === "firing") report.firing += 1;
  if (!after) return;
  const write: Write = before
    ? { op: "set", path: alertPath(id), data: after, precondition: { updateTime: before.updateTime } }
    : { op: "create", path: alertPath(id), data: after };
  // Another sweep was faster: it has told.
  if (!(await tryCommit(deps.documents, write))) return;
  if (before?.data.state !== "firing" && after.state === "firing") report.fired += 1;
  if (before?.data.state === "firing" && after.state === "resolved") report.resolved += 1;
  if (after.unpublished) await publishAlert(deps, after);
}
