import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { type DeliveryDocument, deliveryPath, endedFields } from "./delivery-document.ts";

const pageSize = 100;

/**
 * Takes from their way the deliveries of an endpoint that takes none: held where it is paused or disabled, failed where it is
 * deleted. What another writes meanwhile is left to the next call.
 */
export async function putAside(
  deps: Pick<Platform, "documents" | "clock">,
  endpointId: string,
  { isDeleted }: { isDeleted: boolean },
): Promise<void> {
  const state = isDeleted ? "failed" : "held";
  for (let done = pageSize; done === pageSize; ) {
    const pending = await deps.documents.query<DeliveryDocument>({
      collection: "webhookDeliveries",
      where: [
        ["state", "==", "pending"],
        ["endpointId", "==", endpointId],
      ],
      orderBy: [["dueAt", "asc"]],
      limit: pageSize,
    });
    const put = ({ id, updateTime }: Snapshot) =>
      tryCommit(deps.documents, {
        op: "update",
        path: deliveryPath(id),
        fields: endedFields(state, deps.clock.now()),
        removes: ["dueAt"],
        precondition: { updateTime },
      });
    done = (await Promise.all(pending.map(put))).filter(Boolean).length;
  }
}
