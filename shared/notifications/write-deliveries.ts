import type { ChannelKind } from "../api/notifications.ts";
import { toTime } from "../core/clock.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type DeliveryDocument, deliveryPath, endedFields } from "../webhooks/delivery-document.ts";
import type { Message } from "./notice.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";
import { toChannelDelivery } from "./to-channel-delivery.ts";
import { type Told, toMessages } from "./to-messages.ts";

/** What a commit must hold, and whose lines to wake after it. */
export type DeliveryWrites = { writes: Write[]; channels: string[] };

type Deps = Pick<Platform, "documents">;

export type Telling = {
  kinds: ReadonlyMap<string, ChannelKind>;
  /** From when on it is sent (epoch ms). */
  at: number;
  /** From the oldest. */
  told: (Told & { channels: string[] })[];
};

/** Puts notices on their way: the writes by which every channel gets its messages. */
export async function writeDeliveries(
  deps: Deps,
  subscription: SubscriptionDocument,
  { kinds, at, told }: Telling,
): Promise<DeliveryWrites> {
  const channels = [...new Set(told.flatMap((one) => one.channels))];
  const parts = channels.map(async (id) => {
    const kind = kinds.get(id);
    if (!kind) return [];
    const own = told.filter((one) => one.channels.includes(id));
    const messages = toMessages(subscription, kind, own);
    return toChannelWrites(deps, messages, { channel: { id, tenant: subscription.tenant, kind }, at });
  });
  return { writes: (await Promise.all(parts)).flat(), channels };
}

type Target = { channel: { id: string; tenant: string; kind: ChannelKind }; at: number };

/** The writes that put messages on their way to a channel, in their order. */
export async function toChannelWrites(
  deps: Deps,
  messages: Message[],
  { channel, at }: Target,
): Promise<Write[]> {
  const ended = channel.kind === "pagerduty" ? await supersede(deps, channel.id, messages, at) : [];
  const created = messages.map((message, index): Write => {
    const data = toChannelDelivery(message, { channel, now: at + index });
    return { op: "create", path: deliveryPath(data.id), data };
  });
  return [...ended, ...created];
}

const mostPending = 200;
/** Of one alert there are hardly more, and a commit holds only so much. */
const mostSuperseded = 3;

/**
 * What waits for its next try must not come after what was said of the same alert since: a trigger after the end would open its
 * incident again, an end after the next beginning close it. It ends here, as failed. A channel's messages go out one at a time, so
 * one that is under way has ended before the next begins.
 */
async function supersede(
  { documents }: Deps,
  channelId: string,
  messages: Message[],
  now: number,
): Promise<Write[]> {
  const ids = new Set(messages.flatMap(({ notices: [first] }) => first?.alert?.id ?? []));
  if (ids.size === 0) return [];
  const pending = await documents.query<DeliveryDocument>({
    collection: "webhookDeliveries",
    where: [
      ["state", "==", "pending"],
      ["endpointId", "==", channelId],
    ],
    orderBy: [["dueAt", "asc"]],
    limit: mostPending,
  });
  const byAlert = Map.groupBy(pending, ({ data }) => alertOf(data));
  return [...ids].flatMap((id) =>
    (byAlert.get(id) ?? []).slice(0, mostSuperseded).map((delivery) => toSuperseded(delivery, now)),
  );
}

function alertOf({ body }: DeliveryDocument): string | undefined {
  const { notices } = JSON.parse(body) as Message;
  return notices[0]?.alert?.id;
}

function toSuperseded({ data, updateTime }: Snapshot<DeliveryDocument>, now: number): Write {
  const attemptCount = data.attemptCount;
  const why = {
    ...{ n: attemptCount + 1, at: toTime(now), durationMs: 0, failure: "superseded" },
    message: "More has happened to its alert before it got through.",
  };
  return {
    op: "update",
    path: deliveryPath(data.id),
    fields: { ...endedFields("failed", now), attempts: [...data.attempts, why].slice(-20) },
    removes: ["dueAt"],
    precondition: { updateTime },
  };
}
