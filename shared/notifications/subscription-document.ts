import type { NotificationSubscription } from "../api/notifications.ts";
import type { DocumentPath } from "../platform/documents.ts";

/** `notificationSubscriptions/{id}`: what an administrator has said of it. */
export type SubscriptionDocument = NotificationSubscription & { tenant: string };

export const subscriptionsCollection = "notificationSubscriptions";
/** The most that one tenant may have. */
export const mostSubscriptions = 100;

export function subscriptionPath(subscriptionId: string): DocumentPath {
  return `${subscriptionsCollection}/${subscriptionId}`;
}

export function toSubscriptionView({ tenant: _, ...view }: SubscriptionDocument): NotificationSubscription {
  return view;
}
