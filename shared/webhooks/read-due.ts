import { toTime } from "../core/clock.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { DeliveryDocument } from "./delivery-document.ts";

/** The deliveries of an endpoint that are due at `now` (epoch ms), those that have waited longest first. */
export function readDue(
  { documents }: Pick<Platform, "documents">,
  endpointId: string,
  { now, limit }: { now: number; limit: number },
): Promise<Snapshot<DeliveryDocument>[]> {
  return documents.query<DeliveryDocument>({
    collection: "webhookDeliveries",
    where: [
      ["state", "==", "pending"],
      ["endpointId", "==", endpointId],
      ["dueAt", "<=", toTime(now)],
    ],
    orderBy: [["dueAt", "asc"]],
    limit,
  });
}

/** The delivery of an endpoint that is due first, now or later. */
export async function readFirstDue(
  { documents }: Pick<Platform, "documents">,
  endpointId: string,
): Promise<DeliveryDocument | undefined> {
  const [first] = await documents.query<DeliveryDocument>({
    collection: "webhookDeliveries",
    where: [
      ["state", "==", "pending"],
      ["endpointId", "==", endpointId],
    ],
    orderBy: [["dueAt", "asc"]],
    limit: 1,
  });
  return first?.data;
}
