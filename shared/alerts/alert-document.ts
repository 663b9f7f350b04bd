import type { Alert } from "../api/alerts.ts";
import type { AlertEvent } from "../api/events.ts";
import type { DocumentPath } from "../platform/documents.ts";

/** An event of an alert, as its document remembers it until it is known to be published. */
export type RecentAlertEvent = { sequence: number; type: AlertEvent["type"]; at: string };

/** `alerts/{id}`: what one rule says of one subject. */
export type AlertDocument = Alert & {
  tenant: string;
  /** When it was last told that it fires: decides how soon it may be again. */
  toldAt?: string;
  eventSequence: number;
  recentEvents: RecentAlertEvent[];
  /** Up to which of them all are known to be published. */
  published: number;
  /** The latest events may not have been published. */
  unpublished?: true;
  /** Still looked at: pending or firing. */
  active: boolean;
  changedAt: string;
  /** Set when it is over: nothing asks for it after that. */
  deleteAt?: string;
};

export const alertsCollection = "alerts";

export function alertPath(id: string): DocumentPath {
  return `${alertsCollection}/${id}`;
}

/** What callers see of an alert. */
export function toAlert(document: AlertDocument): Alert {
  const {
    tenant,
    toldAt,
    eventSequence,
    recentEvents,
    published,
    unpublished,
    active,
    changedAt,
    deleteAt,
    ...alert
  } = document;
  return alert;
}

const keptEvents = 8;

/** The fields by which a write of the alert records that an event has happened. */
export function withAlertEvent(
  { eventSequence, recentEvents }: Pick<AlertDocument, "eventSequence" | "recentEvents">,
  type: AlertEvent["type"],
  at: string,
): Pick<AlertDocument, "eventSequence" | "recentEvents" | "unpublished"> {
  const sequence = eventSequence + 1;
  return {
    eventSequence: sequence,
    recentEvents: [...recentEvents, { sequence, type, at }].slice(-keptEvents),
    unpublished: true,
  };
}

export function toAlertEvent(alert: AlertDocument, { sequence, type, at }: RecentAlertEvent): AlertEvent {
  const { id, tenant, rule, severity, subject, title, value, threshold, since, firedAt } = alert;
  const { acknowledgedBy, resolvedAt } = alert;
  return {
    id: `${id}.${sequence}`,
    type,
    sequence,
    time: at,
    tenant,
    alert: {
      ...{ id, rule, severity, title, value, threshold, firedAt: firedAt ?? since },
      ...(subject !== undefined && { subject }),
      ...(acknowledgedBy !== undefined && { acknowledgedBy }),
      ...(resolvedAt !== undefined && type === "alert.resolved" && { resolvedAt }),
    },
  };
}
