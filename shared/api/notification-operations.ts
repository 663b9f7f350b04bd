import { idempotencyKey } from "./idempotency-key.ts";
import {
  ChannelTest,
  CreatedNotificationChannel,
  ListChannelDeliveries,
  NotificationChannel,
  NotificationChannelPage,
  NotificationSubscription,
  NotificationSubscriptionPage,
  SetNotificationChannel,
  SetNotificationSubscription,
} from "./notifications.ts";
import type { Operation } from "./operations.ts";
import { DeliveryPage, WebhookDelivery } from "./webhooks.ts";

const channels = "/v1/notification-channels";
const channel = `${channels}/{channelId}` as const;
const subscriptions = "/v1/notification-subscriptions";
const subscription = `${subscriptions}/{subscriptionId}` as const;
const channelAnswer = { description: "The channel, without its secrets.", schema: NotificationChannel };
const subscriptionAnswer = { description: "The subscription.", schema: NotificationSubscription };

/** Of the administrators of a tenant: who is told of what, and how. */
export const notificationOperations = {
  createNotificationChannel: {
    method: "POST",
    path: channels,
    summary: "Create a notification channel; of a webhook the answer is the only place its secret appears",
    access: "admin",
    body: SetNotificationChannel,
    headers: idempotencyKey,
    answers: { 201: { description: "The channel.", schema: CreatedNotificationChannel } },
  },
  listNotificationChannels: {
    method: "GET",
    path: channels,
    summary: "List notification channels",
    access: "admin",
    answers: {
      200: { description: "All channels, without their secrets.", schema: NotificationChannelPage },
    },
  },
  getNotificationChannel: {
    method: "GET",
    path: channel,
    summary: "Get a notification channel",
    access: "admin",
    answers: { 200: channelAnswer },
  },
  replaceNotificationChannel: {
    method: "PUT",
    path: channel,
    summary: "Replace what a notification channel is made of, secrets included, and enable it",
    access: "admin",
    body: SetNotificationChannel,
    answers: { 200: channelAnswer },
  },
  deleteNotificationChannel: {
    method: "DELETE",
    path: channel,
    summary: "Delete a notification channel that no subscription uses",
    access: "admin",
    answers: { 204: { description: "Gone, and what was on its way to it." } },
  },
  testNotificationChannel: {
    method: "POST",
    path: `${channel}/test`,
    summary: "Send a test message, and wait up to twenty seconds for what becomes of it",
    access: "admin",
    answers: { 200: { description: "How it went.", schema: ChannelTest } },
  },
  listChannelDeliveries: {
    method: "GET",
    path: `${channel}/deliveries`,
    summary: "List the messages to a notification channel, newest first",
    access: "admin",
    query: ListChannelDeliveries,
    answers: { 200: { description: "A page of deliveries.", schema: DeliveryPage } },
  },
  getChannelDelivery: {
    method: "GET",
    path: `${channel}/deliveries/{deliveryId}`,
    summary: "Get a message to a notification channel, with its attempts",
    access: "admin",
    answers: { 200: { description: "The delivery.", schema: WebhookDelivery } },
  },
  replayChannelDelivery: {
    method: "POST",
    path: `${channel}/deliveries/{deliveryId}/replay`,
    summary: "Send a message again that has ended, under the same id",
    access: "admin",
    answers: { 202: { description: "The delivery, on its way.", schema: WebhookDelivery } },
  },
  createNotificationSubscription: {
    method: "POST",
    path: subscriptions,
    summary: "Create a notification subscription",
    access: "admin",
    body: SetNotificationSubscription,
    headers: idempotencyKey,
    answers: { 201: subscriptionAnswer },
  },
  listNotificationSubscriptions: {
    method: "GET",
    path: subscriptions,
    summary: "List notification subscriptions",
    access: "admin",
    answers: { 200: { description: "All subscriptions.", schema: NotificationSubscriptionPage } },
  },
  getNotificationSubscription: {
    method: "GET",
    path: subscription,
    summary: "Get a notification subscription",
    access: "admin",
    answers: { 200: subscriptionAnswer },
  },
  replaceNotificationSubscription: {
    method: "PUT",
    path: subscription,
    summary: "Replace a notification subscription, within two seconds everywhere",
    access: "admin",
    body: SetNotificationSubscription,
    answers: { 200: subscriptionAnswer },
  },
  deleteNotificationSubscription: {
    method: "DELETE",
    path: subscription,
    summary: "Delete a notification subscription, and what it holds back",
    access: "admin",
    answers: { 204: { description: "Gone." } },
  },
} as const satisfies Record<string, Operation>;
