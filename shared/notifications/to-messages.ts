import type { ChannelKind } from "../api/notifications.ts";
import { idFrom } from "../core/ids.ts";
import type { Message, Notice } from "./notice.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";

/** A notice that is told now, and how many like it were not. */
export type Told = { notice: Notice; suppressed?: number };

/**
 * The messages by which a channel is told of notices: one, whatever their number. PagerDuty knows alerts by their id, so each is a
 * message of its own there, and one that began and ended among them is none.
 */
export function toMessages(
  subscription: Pick<SubscriptionDocument, "id" | "name">,
  kind: ChannelKind,
  told: Told[],
): Message[] {
  if (kind !== "pagerduty") return told.length > 0 ? [toMessage(subscription, told)] : [];
  const alerts = told.filter(({ notice }) => notice.alert);
  const others = told.filter(({ notice }) => !notice.alert);
  const open = [...Map.groupBy(alerts, ({ notice }) => notice.alert?.id).values()].flatMap(toUnended);
  return [
    ...open.map((one) => toMessage(subscription, [one])),
    ...(others.length > 0 ? [toMessage(subscription, others)] : []),
  ];
}

/** Of an alert's notices, from the oldest: what came after the last end, and that end where the first of them is no beginning. */
function toUnended(told: Told[]): Told[] {
  const end = told.findLastIndex(({ notice }) => notice.alert?.state === "resolved");
  if (end < 0) return told;
  const wasOpen = told[0]?.notice.alert?.state !== "fired";
  return told.slice(wasOpen ? end : end + 1);
}

/** The same notices always make a message of the same id. */
function toMessage({ id, name }: Pick<SubscriptionDocument, "id" | "name">, told: Told[]): Message {
  const eventIds = told.map(({ notice }) => notice.eventId);
  const suppressed = told.reduce((sum, { suppressed: more = 0 }) => sum + more, 0);
  return {
    id: idFrom("msg", id, ...eventIds),
    kind: told.length > 1 ? "group" : "notice",
    subscription: { id, name },
    count: told.length,
    notices: told.map(({ notice }) => notice),
    ...(suppressed > 0 && { suppressed }),
  };
}
