import { eventSummaries } from "../api/event-summaries.ts";
import { type AlertEvent, type Event, type EventType, type Severity, subjectOf } from "../api/events.ts";
import { cutText } from "./cut-text.ts";
import type { AlertNoticeState, Level, Notice } from "./notice.ts";

const levels: Partial<Record<EventType, Level>> = {
  "task.failed": "error",
  "task.dead": "error",
  "batch.failed": "error",
  "breaker.opened": "error",
  "endpoint.disabled": "error",
  "task.expired": "warning",
  "batch.expired": "warning",
  "allowance.threshold": "warning",
  "endpoint.warning": "warning",
};

const severityLevels: Record<Severity, Level> = {
  P0: "critical",
  P1: "error",
  P2: "warning",
  P3: "info",
  P4: "info",
};

const longestTitle = 300;
const longestFact = 500;

/** What people are told of an event. */
export function toNotice(event: Event): Notice {
  const { id: eventId, type, sequence, time: at } = event;
  const common = { eventId, type, sequence, at, subject: subjectOf(event) };
  const facts = toFacts(event).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: cutText(String(value), longestFact) }],
  );
  if ("alert" in event) return { ...common, ...toAlertPart(event), facts };
  const title = `${event.type}: ${eventSummaries[event.type]}`;
  return { ...common, title: cutText(title, longestTitle), level: levels[event.type] ?? "info", facts };
}

function toAlertPart({ type, alert }: AlertEvent): Pick<Notice, "title" | "level" | "alert"> {
  const { id, severity, title, subject } = alert;
  const state = type.slice("alert.".length) as AlertNoticeState;
  const about = subject === undefined ? "" : ` (${subject})`;
  return {
    title: cutText(`[${severity}] ${title}${about}: ${state}`, longestTitle),
    level: severityLevels[severity],
    alert: { id, severity, state },
  };
}

type Facts = [name: string, value: string | number | undefined][];

function toFacts(event: Event): Facts {
  if ("alert" in event) return toAlertFacts(event);
  if ("task" in event) {
    const { id, type, status, model, createdBy, error } = event.task;
    const facts: Facts = [
      ["Task", id],
      ["Type", type],
      ["Status", status],
      ["Model", model],
    ];
    return [...facts, ["Created by", createdBy], ["Error", error?.code]];
  }
  if ("batch" in event) {
    const { id, total, completed, failed } = event.batch;
    return [
      ["Batch", id],
      ["Lines", total],
      ["Completed", completed],
      ["Failed", failed],
    ];
  }
  if ("allowance" in event) {
    const { scope, scopeId, measure, percent, used, limit } = event.allowance;
    return [
      ["Allowance", `${scope} ${scopeId}`],
      ["Measure", measure],
      ["Used", `${used} of ${limit} (${percent} %)`],
    ];
  }
  if ("breaker" in event)
    return [
      ["Queue", event.breaker.queue],
      ["Left alone until", event.breaker.openUntil],
    ];
  if ("endpoint" in event) {
    const { id, reason, failingSince, disablesAt } = event.endpoint;
    return [
      ["Endpoint", id],
      ["Reason", reason],
      ["Failing since", failingSince],
      ["Disabled at", disablesAt],
    ];
  }
  const { source, deliveryId, topic } = event.hook;
  return [
    ["Source", source],
    ["Delivery", deliveryId],
    ["Topic", topic],
  ];
}

function toAlertFacts({ alert }: AlertEvent): Facts {
  const { rule, subject, value, threshold, firedAt, acknowledgedBy, resolvedAt } = alert;
  return [
    ...([
      ["Rule", rule],
      ["Subject", subject],
      ["Value", value],
      ["Threshold", threshold],
    ] satisfies Facts),
    ...([
      ["Fired at", firedAt],
      ["Acknowledged by", acknowledgedBy],
      ["Resolved at", resolvedAt],
    ] satisfies Facts),
  ];
}
