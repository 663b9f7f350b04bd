import type { Clock } from "../../shared/core/clock.ts";
import { createChannelSender } from "../../shared/notifications/create-channel-sender.ts";
import { createMailSender } from "../../shared/notifications/create-mail-sender.ts";
import { createDirectSender } from "../../shared/webhooks/create-direct-sender.ts";
import { createSafeFetch } from "../../shared/webhooks/create-safe-fetch.ts";
import { createResolveHost } from "../../shared/webhooks/resolve-host.ts";
import type { Send } from "../../shared/webhooks/send.ts";

/** Makes attempts of every kind from this very process, to public addresses alone. */
export function createSender({ clock }: { clock: Clock }): Send {
  const outside = { resolve: createResolveHost(), clock };
  const post = createDirectSender({ safeFetch: createSafeFetch(outside), clock });
  return createChannelSender({ post, mail: createMailSender(outside).send });
}
