import type { Principal } from "../access/principal.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { ReadSnapshot, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import {
  mostSubscriptions,
  type SubscriptionDocument,
  subscriptionPath,
  subscriptionsCollection,
} from "./subscription-document.ts";

type ReadDeps = Pick<Platform, "documents">;

/** The subscription of an id, if it is the principal's tenant's. Throws `not_found`. */
export async function findSubscription(
  { documents }: ReadDeps,
  { tenant }: Pick<Principal, "tenant">,
  id: string,
): Promise<ReadSnapshot<SubscriptionDocument>> {
  const known = isId("subscription", id);
  const found = known ? await documents.get<SubscriptionDocument>(subscriptionPath(id)) : undefined;
  if (found?.data.tenant === tenant) return found;
  throw new ConeaError("not_found", "There is no such notification subscription.");
}

/** All subscriptions of a tenant, oldest first. */
export function listSubscriptionDocuments(
  { documents }: ReadDeps,
  tenant: string,
): Promise<Snapshot<SubscriptionDocument>[]> {
  return documents.query<SubscriptionDocument>({
    collection: subscriptionsCollection,
    where: [["tenant", "==", tenant]],
    orderBy: [["createdAt", "asc"]],
    limit: mostSubscriptions,
  });
}
