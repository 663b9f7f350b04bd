import type { Platform } from "../platform/platform.ts";
import { createResolveHost } from "../webhooks/resolve-host.ts";
import { createMailSender, type MailSender } from "./create-mail-sender.ts";
import { createSubscriptionBook, type SubscriptionBook } from "./create-subscription-book.ts";

/** What everything that has to do with notifications shares in one process. */
export type Notifications = { subscriptions: SubscriptionBook; mail: MailSender };

/** `allowLoopback`: mail servers on this machine are fine, which they are in local mode only. */
export function createNotifications(
  platform: Pick<Platform, "documents" | "clock">,
  { allowLoopback }: { allowLoopback: boolean },
): Notifications {
  return {
    subscriptions: createSubscriptionBook(platform),
    mail: createMailSender({ resolve: createResolveHost(), clock: platform.clock, allowLoopback }),
  };
}
