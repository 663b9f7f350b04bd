import type { Principal } from "../access/principal.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type DeliveryDocument, deliveryPath } from "./delivery-document.ts";
import { requireEnabled } from "./ping-endpoint.ts";
import { findDelivery } from "./read-deliveries.ts";
import { findEndpoint } from "./read-endpoints.ts";
import { type WakeLineDeps, wakeLine } from "./wake-line.ts";

/**
 * Sends a delivery again that has ended, under the id it always had, with all its tries before it. Throws `not_found`, and `conflict`
 * where it is on its way or its endpoint takes nothing.
 */
export async function replayDelivery(
  deps: Pick<Platform, "documents"> & WakeLineDeps,
  principal: Principal,
  endpointId: string,
  deliveryId: string,
): Promise<DeliveryDocument> {
  requireEnabled((await findEndpoint(deps, principal, endpointId)).data);
  const found = await findDelivery(deps, principal, endpointId, deliveryId);
  const now = deps.clock.now();
  const isDone =
    found.data.state !== "pending" && (await tryCommit(deps.documents, toReplayWrite(found, now)));
  if (!isDone) throw new ConeaError("conflict", "The delivery is on its way already.");
  await wakeLine(deps, endpointId);
  const { endedAt: _, ...delivery } = found.data;
  return { ...delivery, ...replayFields(now) };
}

/** The write that puts an ended delivery back on its way, from `dueAt` (epoch ms) on. */
export function toReplayWrite({ id, updateTime }: Snapshot<DeliveryDocument>, dueAt: number): Write {
  return {
    op: "update",
    path: deliveryPath(id),
    fields: replayFields(dueAt),
    removes: ["endedAt", "deleteAt"],
    precondition: { updateTime },
  };
}

function replayFields(dueAt: number): Pick<DeliveryDocument, "state" | "dueAt" | "tries"> {
  return { state: "pending", dueAt: toTime(dueAt), tries: 0 };
}
