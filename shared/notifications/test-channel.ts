import type { Principal } from "../access/principal.ts";
import type { ChannelTest } from "../api/notifications.ts";
import { sleep, toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import { type DeliveryDocument, deliveryPath } from "../webhooks/delivery-document.ts";
import { deliveryDelaysMs } from "../webhooks/delivery-schedule.ts";
import { keepDelivery } from "../webhooks/fan-out.ts";
import { type WakeLineDeps, wakeLine } from "../webhooks/wake-line.ts";
import type { Message } from "./notice.ts";
import { findChannel, requireEnabled } from "./read-channels.ts";
import { toChannelDelivery } from "./to-channel-delivery.ts";

/** A call may take fifteen. */
const waitMs = 20_000;

/**
 * Sends a test message, tried once, by the way that all take, and waits for what becomes of it. Throws `not_found`, and
 * `conflict` where nothing is sent to the channel.
 */
export async function testChannel(
  deps: Pick<Platform, "documents" | "clock" | "ids"> & WakeLineDeps,
  principal: Principal,
  channelId: string,
): Promise<ChannelTest> {
  const { data: channel } = await findChannel(deps, principal, channelId);
  requireEnabled(channel);
  const now = deps.clock.now();
  const message = toTestMessage(deps.ids.newId("msg"), toTime(now));
  const delivery = toChannelDelivery(message, { channel, now, tries: deliveryDelaysMs.length - 1 });
  await keepDelivery(deps, delivery);
  const ended = untilEnded(deps, delivery.id);
  await wakeLine(deps, channelId);
  const { state, attempts } = (await ended) ?? delivery;
  return { deliveryId: delivery.id, state, attempts };
}

function toTestMessage(id: string, at: string): Message {
  const notice = {
    ...{
      eventId: id,
      type: "endpoint.ping" as const,
      sequence: 1,
      at,
      level: "info" as const,
      subject: "notifications",
    },
    title: "This is a test of a notification channel of Conea.",
    facts: [],
  };
  return { id, kind: "test", count: 1, notices: [notice] };
}

/** The delivery once it is no longer pending; `undefined` when that takes too long. */
async function untilEnded(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  deliveryId: string,
): Promise<DeliveryDocument | undefined> {
  const ended = Promise.withResolvers<DeliveryDocument | undefined>();
  const stop = documents.listen<DeliveryDocument>(
    deliveryPath(deliveryId),
    (changes) => {
      const last = changes.at(-1)?.snapshot.data;
      if (last && last.state !== "pending") ended.resolve(last);
    },
    (error) => ended.reject(error),
  );
  const done = new AbortController();
  try {
    return await Promise.race([ended.promise, sleep(clock, waitMs, done.signal).then(() => undefined)]);
  } finally {
    done.abort();
    stop();
  }
}
