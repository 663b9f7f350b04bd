import type { Event } from "../api/events.ts";
import type { ChannelKind } from "../api/notifications.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { PreconditionFailed, type ReadSnapshot, type Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type WakeLineDeps, wakeLine } from "../webhooks/wake-line.ts";
import type { SubscriptionBook } from "./create-subscription-book.ts";
import { matchSubscription } from "./match-subscription.ts";
import { nextThread, noticeIdOf, type Telling, type ThreadChange, threadIdOf } from "./next-thread.ts";
import { type NoticeDocument, noticePath } from "./notice-document.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";
import { type ThreadDocument, threadPath } from "./thread-document.ts";
import { type DeliveryWrites, writeDeliveries } from "./write-deliveries.ts";

export type NotifyDeps = Pick<Platform, "documents"> & WakeLineDeps & { subscriptions: SubscriptionBook };

type Kinds = ReadonlyMap<string, ChannelKind>;
type Match = "told" | "followed";

const mostTries = 10;

/**
 * Makes of an event what each subscription of its tenant wants: messages on their way to channels, notices that wait, or nothing. Each
 * is one commit, in which the event leaves its mark: one that comes twice makes nothing new. Rejects where a commit failed: the
 * event then comes again.
 */
export async function notify(deps: NotifyDeps, event: Event): Promise<void> {
  const { subscriptions, kinds } = await deps.subscriptions.find(event.tenant);
  if (subscriptions.length === 0) return;
  const told = subscriptions.map((subscription) => tell(deps, subscription, kinds, event));
  const failed = (await Promise.allSettled(told)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

async function tell(
  deps: NotifyDeps,
  subscription: SubscriptionDocument,
  kinds: Kinds,
  event: Event,
): Promise<void> {
  const match = matchSubscription(subscription, event);
  if (!match) return;
  const isFollowed = "alert" in event || subscription.coolDownSeconds > 0;
  if (!isFollowed) return tellOnce(deps, subscription, kinds, event);
  for (let tries = 0; tries < mostTries; tries++) {
    if (await tellInThread(deps, subscription, { kinds, event, match })) return;
  }
  throw new Error("a notification's thread is changing too fast");
}

/** Without a thread: what is made bears the event's own id, so a second time is refused, or made of the same. */
async function tellOnce(
  deps: NotifyDeps,
  subscription: SubscriptionDocument,
  kinds: Kinds,
  event: Event,
): Promise<void> {
  const now = deps.clock.now();
  const change = nextThread(subscription, undefined, event, { now, match: "told", kinds });
  if (!change.tell) return;
  const made = await toWrites(deps, subscription, { ...change, tell: change.tell }, kinds);
  try {
    await deps.documents.commit(made.writes);
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
  await wake(deps, subscription, change, made);
}

type InThread = { kinds: Kinds; event: Event; match: Match };

/** Resolves to `false` where somebody else has written the thread meanwhile. */
async function tellInThread(
  deps: NotifyDeps,
  subscription: SubscriptionDocument,
  { kinds, event, match }: InThread,
): Promise<boolean> {
  const path = threadPath(threadIdOf(subscription, event));
  const found = await deps.documents.get<ThreadDocument>(path);
  const waiting = await readWaiting(deps, found?.data);
  const before = found && { ...found.data, ...(waiting?.isOver && withoutWaiting(found.data)) };
  const change = nextThread(subscription, before, event, { now: deps.clock.now(), match, kinds });
  if (!change.thread) {
    await wakeAgain(deps, subscription, found?.data, event);
    return true;
  }
  const made = change.tell
    ? await toWrites(deps, subscription, { ...change, tell: change.tell }, kinds)
    : { writes: [], channels: [] };
  const write = toThreadWrite(path, found, change.thread);
  const withdrawal = change.withdraw && waiting?.snapshot ? [toWithdrawal(waiting.snapshot, deps)] : [];
  if (!(await tryCommit(deps.documents, write, ...withdrawal, ...made.writes))) return false;
  await wake(deps, subscription, change, made);
  return true;
}

function toThreadWrite(
  path: string,
  found: ReadSnapshot<ThreadDocument> | undefined,
  data: ThreadDocument,
): Write {
  if (!found) return { op: "create", path, data };
  return { op: "set", path, data, precondition: { updateTime: found.updateTime } };
}

/** The notice by which an alert is told, where it waited when the thread was written: it may have been sent since. */
async function readWaiting({ documents }: NotifyDeps, thread: ThreadDocument | undefined) {
  const noticeId = thread?.alert?.waiting?.noticeId;
  if (noticeId === undefined) return undefined;
  const snapshot = await documents.get<NoticeDocument>(noticePath(noticeId));
  return { snapshot, isOver: snapshot?.data.state !== "pending" };
}

function withoutWaiting({ alert }: ThreadDocument): Pick<ThreadDocument, "alert"> {
  if (!alert) return {};
  const { waiting: _, ...told } = alert;
  return { alert: told };
}

const keptMs = 7 * 86_400_000;

function toWithdrawal({ id, updateTime }: ReadSnapshot<NoticeDocument>, { clock }: NotifyDeps): Write {
  return {
    op: "update",
    path: noticePath(id),
    fields: { state: "withdrawn", deleteAt: toTime(clock.now() + keptMs) },
    precondition: { updateTime },
  };
}

/** Deliveries for what is told now; for what is told later a notice that waits. */
async function toWrites(
  deps: NotifyDeps,
  subscription: SubscriptionDocument,
  { tell: { notice, at, channels, suppressed, waits } }: ThreadChange & { tell: Telling },
  kinds: Kinds,
): Promise<DeliveryWrites> {
  const told = { notice, ...(suppressed && { suppressed }) };
  const now = deps.clock.now();
  // A moment later than what it ends is now.
  if (at <= now + 1 && !waits)
    return writeDeliveries(deps, subscription, { kinds, at, told: [{ ...told, channels }] });
  const { id: subscriptionId, tenant } = subscription;
  const id = noticeIdOf(subscription, notice.eventId);
  const order = `${notice.at} ${String(notice.sequence).padStart(9, "0")}`;
  const data: NoticeDocument = {
    ...{ id, tenant, subscriptionId, state: "pending", dueAt: toTime(at), order, channels, ...told },
  };
  return { writes: [{ op: "create", path: noticePath(id), data }], channels: [] };
}

async function wake(
  deps: NotifyDeps,
  { id }: SubscriptionDocument,
  { thread, tell }: ThreadChange,
  { channels }: DeliveryWrites,
): Promise<void> {
  await Promise.all(channels.map((channelId) => wakeLine(deps, channelId)));
  const isWaiting = tell && channels.length === 0;
  const times = [isWaiting ? tell.at : undefined, thread?.dueAt && fromTime(thread.dueAt)];
  for (const at of times) if (at) await wakeLine(deps, id, { reason: "due", at });
}

/** An event that comes again may do so because its wakes did not get through. */
async function wakeAgain(
  deps: NotifyDeps,
  subscription: SubscriptionDocument,
  thread: ThreadDocument | undefined,
  event: Event,
): Promise<void> {
  if (!thread?.seen.includes(event.id)) return;
  const channels = thread.alert?.channels ?? subscription.channels;
  await Promise.all(channels.map((channelId) => wakeLine(deps, channelId)));
}
