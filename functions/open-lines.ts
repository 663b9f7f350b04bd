import type { Settings } from "../shared/config/settings.ts";
import { carryOutDueOf } from "../shared/notifications/carry-out-due.ts";
import { openEndpointOrChannel } from "../shared/notifications/open-channel.ts";
import type { Conea } from "../shared/tasks/create-conea.ts";
import { createLineRunner, type LineRunner } from "../shared/webhooks/create-line-runner.ts";
import { openSender } from "./open-sender.ts";

export type Lines = { lines: LineRunner; carryOutDueOf: (subscriptionId: string) => Promise<void> };

/** What sends to webhook endpoints and notification channels, and does what is due of notifications. Throws `SettingsError`. */
export async function openLines(settings: Settings, conea: Conea): Promise<Lines> {
  const { seal } = conea.webhooks;
  const send = await openSender(settings, conea);
  return {
    lines: createLineRunner({
      ...{ ...conea, ...conea.webhooks, send },
      open: (endpoint) => openEndpointOrChannel(seal, endpoint),
    }),
    carryOutDueOf: (subscriptionId) => carryOutDueOf(conea, subscriptionId),
  };
}
