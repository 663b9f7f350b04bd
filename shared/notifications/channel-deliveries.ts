import type { Principal } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import type { DeliveryDocument } from "../webhooks/delivery-document.ts";
import { findDelivery } from "../webhooks/read-deliveries.ts";
import { toReplayWrite } from "../webhooks/replay-delivery.ts";
import { type WakeLineDeps, wakeLine } from "../webhooks/wake-line.ts";
import { findChannel, requireEnabled } from "./read-channels.ts";

/**
 * Sends a message again that has ended, under the id it always had. Throws `not_found`, and `conflict` where it is on its way or its
 * channel takes nothing.
 */
export async function replayChannelDelivery(
  deps: Pick<Platform, "documents"> & WakeLineDeps,
  principal: Principal,
  channelId: string,
  deliveryId: string,
): Promise<DeliveryDocument> {
  requireEnabled((await findChannel(deps, principal, channelId)).data);
  const found = await findDelivery(deps, principal, channelId, deliveryId);
  const isDone =
    found.data.state !== "pending" &&
    (await tryCommit(deps.documents, toReplayWrite(found, deps.clock.now())));
  if (!isDone) throw new ConeaError("conflict", "The delivery is on its way already.");
  await wakeLine(deps, channelId);
  return (await findDelivery(deps, principal, channelId, deliveryId)).data;
}
