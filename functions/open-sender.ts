import type { Settings } from "../shared/config/settings.ts";
import { SettingsError } from "../shared/config/settings-error.ts";
import { createChannelSender } from "../shared/notifications/create-channel-sender.ts";
import type { Notifications } from "../shared/notifications/create-notifications.ts";
import type { Platform } from "../shared/platform/platform.ts";
import { createDirectSender } from "../shared/webhooks/create-direct-sender.ts";
import { createRemoteSender } from "../shared/webhooks/create-remote-sender.ts";
import type { Webhooks } from "../shared/webhooks/create-webhooks.ts";
import type { Send } from "../shared/webhooks/send.ts";

type Deps = Pick<Platform, "clock" | "fetch"> & {
  webhooks: Pick<Webhooks, "safeFetch">;
  notifications: Pick<Notifications, "mail">;
};

/**
 * What makes the calls to webhook endpoints and notification channels: on Google the function `deliver-webhook`, whose account
 * may do nothing else; elsewhere this process. Throws `SettingsError`.
 */
export async function openSender(
  { platform, senderUrl: url }: Settings,
  { clock, fetch, webhooks: { safeFetch }, notifications }: Deps,
): Promise<Send> {
  if (platform !== "google") {
    const post = createDirectSender({ safeFetch, clock });
    return createChannelSender({ post, mail: notifications.mail.send });
  }
  if (url === undefined)
    throw new SettingsError("The setting CONEA_SENDER_URL must be set where CONEA_PLATFORM is google.");
  const { authorizeCalls } = await import("../shared/platform/google/authorize-call.ts");
  return createRemoteSender({ url, fetch, authorize: authorizeCalls(url) });
}
