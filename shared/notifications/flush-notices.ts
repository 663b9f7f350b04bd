import type { ChannelKind } from "../api/notifications.ts";
import { toTime } from "../core/clock.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type WakeLineDeps, wakeLine } from "../webhooks/wake-line.ts";
import { readKinds } from "./create-subscription-book.ts";
import { type NoticeDocument, noticePath, noticesCollection } from "./notice-document.ts";
import { type SubscriptionDocument, subscriptionPath } from "./subscription-document.ts";
import { writeDeliveries } from "./write-deliveries.ts";

export type FlushDeps = Pick<Platform, "documents"> & WakeLineDeps;

/** What one commit takes: https://firebase.google.com/docs/firestore/quotas */
const mostWrites = 500;
const mostAtOnce = 400;
const keptMs = 7 * 86_400_000;

/**
 * Sends a subscription's notices whose time has come, all in one message, and marks them in the same commit: whoever else does
 * the same at the same time finds that nothing is left. Resolves to how many notices there were.
 */
export async function flushNotices(deps: FlushDeps, subscriptionId: string): Promise<number> {
  const found = await deps.documents.get<SubscriptionDocument>(subscriptionPath(subscriptionId));
  const subscription = found?.data.enabled ? found.data : undefined;
  const kinds = subscription ? await readKinds(deps, subscription.tenant) : new Map<string, ChannelKind>();
  for (let count = 0; ; ) {
    const due = await readDueNotices(deps, { subscriptionId, limit: mostAtOnce });
    const sent = due.length > 0 ? await flush(deps, { subscription, kinds, due }) : 0;
    if (sent === 0) return count;
    count += sent;
  }
}

type Flush = {
  /** Absent where it is gone or switched off: then nobody is told. */
  subscription: SubscriptionDocument | undefined;
  kinds: ReadonlyMap<string, ChannelKind>;
  due: Snapshot<NoticeDocument>[];
};

/** Resolves to how many were told: fewer, where all would be too much for one commit, and none where somebody else was faster. */
async function flush(deps: FlushDeps, { subscription, kinds, due }: Flush): Promise<number> {
  const at = deps.clock.now();
  const told = due.map(({ data }) => data);
  const { writes, channels } = subscription
    ? await writeDeliveries(deps, subscription, { kinds, at, told })
    : { writes: [], channels: [] };
  const marks = due.map((notice) => toMark(notice, subscription ? "sent" : "withdrawn", at));
  if (marks.length + writes.length > mostWrites && due.length > 1)
    return flush(deps, { subscription, kinds, due: due.slice(0, Math.ceil(due.length / 2)) });
  if (!(await tryCommit(deps.documents, ...marks, ...writes))) return 0;
  await Promise.all(channels.map((channelId) => wakeLine(deps, channelId)));
  return due.length;
}

/** Notices whose time has come, of one subscription or of all, as they happened: an end stands behind its beginning. */
export function readDueNotices(
  { documents, clock }: Pick<FlushDeps, "documents" | "clock">,
  { subscriptionId, limit }: { subscriptionId?: string; limit: number },
): Promise<Snapshot<NoticeDocument>[]> {
  return documents.query<NoticeDocument>({
    collection: noticesCollection,
    where: [
      ["state", "==", "pending"],
      ...(subscriptionId === undefined
        ? []
        : [["subscriptionId", "==", subscriptionId] as [string, "==", string]]),
      ["dueAt", "<=", toTime(clock.now())],
    ],
    orderBy: [
      ["dueAt", "asc"],
      ["order", "asc"],
    ],
    limit,
  });
}

function toMark({ id, updateTime }: Snapshot, state: NoticeDocument["state"], now: number): Write {
  return {
    op: "update",
    path: noticePath(id),
    fields: { state, deleteAt: toTime(now + keptMs) },
    precondition: { updateTime },
  };
}
