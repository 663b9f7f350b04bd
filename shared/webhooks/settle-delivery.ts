import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { commitMarked } from "../queue/commit-marked.ts";
import { type DeliveryDocument, deliveryPath } from "./delivery-document.ts";
import { type EndedAttempt, toNextDeliveryState } from "./next-delivery-state.ts";

export type SettleDeliveryDeps = Pick<Platform, "documents" | "clock" | "ids" | "random">;

/**
 * Ends an attempt by the one write that goes with it. Resolves to `false`, and nothing is written, where somebody has written the
 * delivery since it was read: the attempt then counts as one that nobody made. Rejects when the store stays out of reach: then the
 * delivery is still due, and comes again under the same id.
 */
export async function settleDelivery(
  deps: SettleDeliveryDeps,
  { data, updateTime }: Snapshot<DeliveryDocument>,
  attempt: EndedAttempt,
): Promise<boolean> {
  const mark = deps.ids.newId("settle");
  const { fields, removes } = toNextDeliveryState(data, attempt, deps.random);
  const path = deliveryPath(data.id);
  const write = {
    op: "update" as const,
    path,
    fields: { ...fields, mark },
    removes,
    precondition: { updateTime },
  };
  return (await commitMarked(deps, [write], { mark })) !== undefined;
}
