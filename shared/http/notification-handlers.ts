import { deleteChannel, replaceChannel } from "../notifications/change-channel.ts";
import { replayChannelDelivery } from "../notifications/channel-deliveries.ts";
import { type ChannelDeps, createChannel } from "../notifications/create-channel.ts";
import type { Notifications } from "../notifications/create-notifications.ts";
import { describeChannel, findChannel, listChannels } from "../notifications/read-channels.ts";
import { findSubscription, listSubscriptionDocuments } from "../notifications/read-subscriptions.ts";
import { toSubscriptionView } from "../notifications/subscription-document.ts";
import { testChannel } from "../notifications/test-channel.ts";
import {
  createSubscription,
  deleteSubscription,
  replaceSubscription,
  type SubscriptionDeps,
} from "../notifications/write-subscriptions.ts";
import type { Webhooks } from "../webhooks/create-webhooks.ts";
import { findDelivery, listDeliveriesTo, toDeliveryView } from "../webhooks/read-deliveries.ts";
import type { WakeLineDeps } from "../webhooks/wake-line.ts";
import type { Handlers } from "./create-app.ts";
import { readIdempotencyKey } from "./read-headers.ts";

type Deps = ChannelDeps & SubscriptionDeps & WakeLineDeps;

export type NotificationHandlerDeps = Omit<Deps, keyof Webhooks | keyof Notifications> & {
  webhooks: Webhooks;
  notifications: Notifications;
};

type ChannelOperation =
  | "createNotificationChannel"
  | "listNotificationChannels"
  | "getNotificationChannel"
  | "replaceNotificationChannel"
  | "deleteNotificationChannel"
  | "testNotificationChannel";

type DeliveryOperation = "listChannelDeliveries" | "getChannelDelivery" | "replayChannelDelivery";

type SubscriptionOperation =
  | "createNotificationSubscription"
  | "listNotificationSubscriptions"
  | "getNotificationSubscription"
  | "replaceNotificationSubscription"
  | "deleteNotificationSubscription";

export function createNotificationHandlers(
  given: NotificationHandlerDeps,
): Pick<Handlers, ChannelOperation | DeliveryOperation | SubscriptionOperation> {
  const deps = { ...given, ...given.webhooks, ...given.notifications };
  return {
    ...createChannelHandlers(deps),
    ...createDeliveryHandlers(deps),
    ...createSubscriptionHandlers(deps),
  };
}

function createChannelHandlers(deps: Deps): Pick<Handlers, ChannelOperation> {
  return {
    async createNotificationChannel({ request, principal, body }) {
      const created = await createChannel(deps, principal, body, readIdempotencyKey(request.headers));
      deps.subscriptions.forget(principal.tenant);
      const headers = { Location: `/v1/notification-channels/${created.id}` };
      return Response.json(created, { status: 201, headers });
    },
    async listNotificationChannels({ principal }) {
      return Response.json({ items: await listChannels(deps, principal) });
    },
    async getNotificationChannel({ principal, params: { channelId = "" } }) {
      const { data } = await findChannel(deps, principal, channelId);
      return Response.json(await describeChannel(deps, data));
    },
    async replaceNotificationChannel({ principal, params: { channelId = "" }, body }) {
      const channel = await replaceChannel(deps, principal, channelId, body);
      return Response.json(await describeChannel(deps, channel));
    },
    async deleteNotificationChannel({ principal, params: { channelId = "" } }) {
      await deleteChannel(deps, principal, channelId);
      deps.subscriptions.forget(principal.tenant);
      return new Response(null, { status: 204 });
    },
    async testNotificationChannel({ principal, params: { channelId = "" } }) {
      return Response.json(await testChannel(deps, principal, channelId));
    },
  };
}

function createDeliveryHandlers(deps: Deps): Pick<Handlers, DeliveryOperation> {
  return {
    async listChannelDeliveries({ principal, params: { channelId = "" }, query }) {
      await findChannel(deps, principal, channelId);
      return Response.json(await listDeliveriesTo(deps, channelId, query));
    },
    async getChannelDelivery({ principal, params: { channelId = "", deliveryId = "" } }) {
      await findChannel(deps, principal, channelId);
      const { data } = await findDelivery(deps, principal, channelId, deliveryId);
      return Response.json(toDeliveryView(data));
    },
    async replayChannelDelivery({ principal, params: { channelId = "", deliveryId = "" } }) {
      const delivery = await replayChannelDelivery(deps, principal, channelId, deliveryId);
      return Response.json(toDeliveryView(delivery), { status: 202 });
    },
  };
}

function createSubscriptionHandlers(deps: Deps): Pick<Handlers, SubscriptionOperation> {
  return {
    async createNotificationSubscription({ request, principal, body }) {
      const key = readIdempotencyKey(request.headers);
      const created = await createSubscription(deps, principal, body, key);
      const headers = { Location: `/v1/notification-subscriptions/${created.id}` };
      return Response.json(toSubscriptionView(created), { status: 201, headers });
    },
    async listNotificationSubscriptions({ principal }) {
      const found = await listSubscriptionDocuments(deps, principal.tenant);
      return Response.json({ items: found.map(({ data }) => toSubscriptionView(data)) });
    },
    async getNotificationSubscription({ principal, params: { subscriptionId = "" } }) {
      return Response.json(
        toSubscriptionView((await findSubscription(deps, principal, subscriptionId)).data),
      );
    },
    async replaceNotificationSubscription({ principal, params: { subscriptionId = "" }, body }) {
      const replaced = await replaceSubscription(deps, principal, subscriptionId, body);
      return Response.json(toSubscriptionView(replaced));
    },
    async deleteNotificationSubscription({ principal, params: { subscriptionId = "" } }) {
      await deleteSubscription(deps, principal, subscriptionId);
      return new Response(null, { status: 204 });
    },
  };
}
