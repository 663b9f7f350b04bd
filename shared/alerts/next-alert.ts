import type { AlertRule } from "../api/alerts.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import { type AlertDocument, withAlertEvent } from "./alert-document.ts";

/** What was measured of one subject. */
export type Sample = {
  subject?: string;
  /** What tells it from the rule's other samples, where that is not its subject. */
  key?: string;
  value: number;
  /** Whom it concerns; the operators where absent. */
  tenant?: string;
};

type Moment = { now: number; operatorTenant: string };

/** For whoever looks back at what happened. */
const keepResolvedMs = 90 * 24 * 3_600_000;

/**
 * What becomes of an alert by what was measured now; `sample` is absent where the rule has nothing to say of the subject any
 * more. `undefined`: nothing is to be written. Pure.
 */
export function nextAlert(
  rule: AlertRule,
  before: AlertDocument | undefined,
  sample: Sample | undefined,
  moment: Moment,
): AlertDocument | undefined {
  const isAbove = sample !== undefined && sample.value > rule.above;
  if (!isAbove) return before && toQuiet(before, sample, moment.now);
  const present = before?.active ? before : toPending(rule, before, sample, moment);
  const { subject, value } = sample;
  const measured = { ...present, ...toFacts(rule), value, ...(subject !== undefined && { subject }) };
  if (present.state === "pending" && isDue(rule, present, moment.now)) return toFiring(measured, moment.now);
  return hasChanged(before, measured) ? measured : undefined;
}

function toPending(
  rule: AlertRule,
  before: AlertDocument | undefined,
  sample: Sample,
  { now, operatorTenant }: Moment,
): AlertDocument {
  const { subject, tenant, value } = sample;
  return {
    id: idOf(rule, sample),
    rule: rule.id,
    ...toFacts(rule),
    tenant: tenant ?? operatorTenant,
    ...(subject !== undefined && { subject }),
    state: "pending",
    active: true,
    value,
    since: toTime(now),
    changedAt: toTime(now),
    // What it told before goes on counting, and so does the time since.
    ...(before?.toldAt !== undefined && { toldAt: before.toldAt }),
    ...(before?.unpublished && { unpublished: true }),
    eventSequence: before?.eventSequence ?? 0,
    recentEvents: before?.recentEvents ?? [],
    published: before?.published ?? 0,
  };
}

/** The same rule says of the same subject the same alert, whoever looks. */
export function idOf({ id }: AlertRule, { key, subject = "" }: Sample): string {
  return idFrom("alert", id, key ?? subject);
}

function toFacts({ title, advice, severity, above }: AlertRule) {
  return { title, advice, severity, threshold: above };
}

function isDue({ forMinutes, coolDownMinutes }: AlertRule, alert: AlertDocument, now: number): boolean {
  const lasts = now - fromTime(alert.since) >= forMinutes * 60_000;
  const isCool = alert.toldAt === undefined || now - fromTime(alert.toldAt) >= coolDownMinutes * 60_000;
  return lasts && isCool;
}

function toFiring(alert: AlertDocument, now: number): AlertDocument {
  const at = toTime(now);
  const told = withAlertEvent(alert, "alert.fired", at);
  return { ...alert, state: "firing", firedAt: at, toldAt: at, changedAt: at, ...told };
}

/** One that was never told of ends without a word. */
function toQuiet(before: AlertDocument, sample: Sample | undefined, now: number): AlertDocument | undefined {
  if (!before.active) return undefined;
  const at = toTime(now);
  const quiet: AlertDocument = {
    ...before,
    state: "resolved",
    active: false,
    value: sample?.value ?? 0,
    changedAt: at,
    deleteAt: toTime(now + keepResolvedMs),
  };
  if (before.state !== "firing") return quiet;
  return { ...quiet, resolvedAt: at, ...withAlertEvent(before, "alert.resolved", at) };
}

/** A value that moves a little is not worth a write. */
function hasChanged(
  before: AlertDocument | undefined,
  { value, severity, threshold }: AlertDocument,
): boolean {
  if (!before?.active) return true;
  if (before.severity !== severity || before.threshold !== threshold) return true;
  return Math.abs(before.value - value) > 0.1 * Math.max(1, before.value);
}
