import { toTime } from "../core/clock.ts";
import { idFrom } from "../core/ids.ts";
import type { DeliveryDocument } from "../webhooks/delivery-document.ts";
import { type Message, mostNotices } from "./notice.ts";

export type ToDelivery = {
  channel: { id: string; tenant: string };
  /** From when on it is sent (epoch ms). */
  now: number;
  /** How many of its tries are taken as made. */
  tries?: number;
};

/**
 * The delivery of a message to a channel: for the same two always of the same id. It holds the message and no secret, because it is
 * put into the channel's form when it goes out.
 */
export function toChannelDelivery(
  message: Message,
  { channel, now, tries = 0 }: ToDelivery,
): DeliveryDocument {
  const [first] = message.notices;
  const kept: Message = { ...message, notices: message.notices.slice(0, mostNotices) };
  return {
    id: idFrom("delivery", message.id, channel.id),
    tenant: channel.tenant,
    endpointId: channel.id,
    eventId: first?.eventId ?? message.id,
    messageId: message.id,
    type: message.kind === "notice" && first ? first.type : `notification.${message.kind}`,
    body: JSON.stringify(kept),
    ...{ state: "pending", dueAt: toTime(now), tries, attemptCount: 0, attempts: [] },
    createdAt: toTime(now),
  };
}
