import { type AlertEvent, type Event, subjectOf } from "../api/events.ts";
import type { ChannelKind } from "../api/notifications.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import { matchesFilter } from "../webhooks/matches-filter.ts";
import type { Notice } from "./notice.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";
import type { AlertThread, ThreadDocument } from "./thread-document.ts";
import { toNotice } from "./to-notice.ts";
import { whenToTell } from "./when-to-tell.ts";

/** What is told, to whom, and when (epoch ms). `waits`: behind what waits itself, also where its time has come. */
export type Telling = { notice: Notice; at: number; channels: string[]; suppressed?: number; waits?: true };

export type ThreadChange = {
  thread?: ThreadDocument;
  tell?: Telling;
  /** A notice that is not to be told after all. */
  withdraw?: string;
};

export type ThreadMoment = {
  now: number;
  match: "told" | "followed";
  kinds: ReadonlyMap<string, ChannelKind>;
};

const dayMs = 86_400_000;
const keptSeen = 20;
/** Longer than any event comes again. */
const keptMs = 7 * dayMs;

/** What a subscription's cool-down counts for: an alert's rule and subject, or an event's type and subject. */
export function threadIdOf({ id }: Pick<SubscriptionDocument, "id">, event: Event): string {
  const key = "alert" in event ? event.alert.id : `${event.type} ${subjectOf(event)}`;
  return idFrom("thread", id, key);
}

export function noticeIdOf({ id }: Pick<SubscriptionDocument, "id">, eventId: string): string {
  return idFrom("notice", id, eventId);
}

/** What an event makes of what a subscription was told about the same thing. Nothing, where the event has come before. Pure. */
export function nextThread(
  subscription: SubscriptionDocument,
  before: ThreadDocument | undefined,
  event: Event,
  moment: ThreadMoment,
): ThreadChange {
  const { id: subscriptionId, tenant } = subscription;
  const empty = { id: threadIdOf(subscription, event), tenant, subscriptionId, seen: [], suppressed: 0 };
  const thread: ThreadDocument = before ?? empty;
  if (thread.seen.includes(event.id)) return {};
  const seen = [...thread.seen, event.id].slice(-keptSeen);
  const { deleteAt: _, ...present } = { ...thread, seen };
  if (!("alert" in event)) return toldOnce(subscription, present, event, moment);
  if (event.sequence <= (thread.sequence ?? 0)) return {};
  const next = { ...present, sequence: event.sequence };
  if (event.type === "alert.fired") return fired(subscription, next, event, moment);
  if (next.alert) return followed(subscription, { ...next, alert: next.alert }, event, moment);
  // Who asks for alerts that fire, and was not told of this one, needs not hear of its end.
  if (matchesFilter(subscription.types, "alert.fired")) return {};
  return toldOnce(subscription, next, event, moment);
}

function toldOnce(
  subscription: SubscriptionDocument,
  thread: ThreadDocument,
  event: Event,
  { now }: ThreadMoment,
): ThreadChange {
  const deleteAt = toTime(now + subscription.coolDownSeconds * 1_000 + keptMs);
  if (coolAt(subscription, thread) > now)
    return { thread: { ...thread, suppressed: thread.suppressed + 1, deleteAt } };
  const at = whenToTell(subscription, now);
  if (at === undefined) return {};
  return {
    thread: { ...thread, toldAt: toTime(now), suppressed: 0, deleteAt },
    tell: toTelling(subscription, thread, event, at),
  };
}

function fired(
  subscription: SubscriptionDocument,
  thread: ThreadDocument,
  event: AlertEvent,
  { now }: ThreadMoment,
): ThreadChange {
  const from = Math.max(now, coolAt(subscription, thread));
  const at = whenToTell(subscription, from);
  if (at === undefined) return {};
  const { toldAt } = thread;
  const noticeId = noticeIdOf(subscription, event.id);
  const alert: AlertThread = {
    ...{ state: "open", firedAt: event.alert.firedAt, tellAt: toTime(at), notice: toNotice(event) },
    ...{ step: 0, channels: subscription.channels },
    ...(at > now && { waiting: { noticeId, ...(from > now && { cooling: toldAt ? { toldAt } : {} }) } }),
  };
  const { dueAt: _, ...rest } = thread;
  const [first] = subscription.escalation;
  const dueAt = first && toTime(at + first.afterMinutes * 60_000);
  return {
    thread: { ...rest, alert, toldAt: toTime(at), suppressed: 0, ...(dueAt && { dueAt }) },
    tell: toTelling(subscription, thread, event, at),
  };
}

/** An alert that was told of is acknowledged or has ended: nobody else is told, and those who were hear of it. */
function followed(
  subscription: SubscriptionDocument,
  { alert, dueAt: _, ...thread }: ThreadDocument & { alert: AlertThread },
  event: AlertEvent,
  moment: ThreadMoment,
): ThreadChange {
  const { now } = moment;
  const deleteAt = toTime(now + subscription.coolDownSeconds * 1_000 + keptMs);
  const { waiting } = alert;
  if (waiting?.cooling) {
    const { toldAt: __, ...untold } = thread;
    return { thread: { ...untold, deleteAt, ...waiting.cooling }, withdraw: waiting.noticeId };
  }
  const after: ThreadDocument =
    event.type === "alert.resolved"
      ? { ...thread, deleteAt }
      : { ...thread, alert: { ...alert, state: "acknowledged" } };
  return { thread: after, ...tellEnd(subscription, alert, event, moment) };
}

/** PagerDuty hears of every end of what it was told, also at night: an incident would stay open. */
function tellEnd(
  subscription: SubscriptionDocument,
  alert: AlertThread,
  event: AlertEvent,
  { now, match, kinds }: ThreadMoment,
): Pick<ThreadChange, "tell"> {
  const when = whenToTell(subscription, now);
  const isForAll = match === "told" && when !== undefined;
  const channels = alert.channels.filter((id) => isForAll || kinds.get(id) === "pagerduty");
  if (channels.length === 0) return {};
  // What ends something is never told before it, nor at the same moment, which would leave their order open.
  const told = fromTime(alert.tellAt);
  const at = Math.max(when ?? now, alert.waiting ? told : told + 1);
  return { tell: { notice: toNotice(event), at, channels, ...(alert.waiting && { waits: true }) } };
}

function toTelling(
  { channels }: SubscriptionDocument,
  { suppressed }: ThreadDocument,
  event: Event,
  at: number,
): Telling {
  return { notice: toNotice(event), at, channels, ...(suppressed > 0 && { suppressed }) };
}

/** When the cool-down is over (epoch ms). */
function coolAt({ coolDownSeconds }: SubscriptionDocument, { toldAt }: ThreadDocument): number {
  return toldAt === undefined || coolDownSeconds === 0 ? 0 : fromTime(toldAt) + coolDownSeconds * 1_000;
}
