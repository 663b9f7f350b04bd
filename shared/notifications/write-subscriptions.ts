import type { Principal } from "../access/principal.ts";
import type { SetNotificationSubscription } from "../api/notifications.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { channelsOf } from "./change-channel.ts";
import type { SubscriptionBook } from "./create-subscription-book.ts";
import { listChannelDocuments } from "./read-channels.ts";
import { findSubscription } from "./read-subscriptions.ts";
import {
  mostSubscriptions,
  type SubscriptionDocument,
  subscriptionPath,
  subscriptionsCollection,
} from "./subscription-document.ts";

export type SubscriptionDeps = Pick<Platform, "documents" | "clock" | "ids"> & {
  subscriptions: Pick<SubscriptionBook, "forget">;
};

/** Throws `invalid_request` for a channel that the tenant has not, and `conflict` where it has too many subscriptions. */
export async function createSubscription(
  deps: SubscriptionDeps,
  { tenant, user }: Principal,
  request: SetNotificationSubscription,
  idempotencyKey?: string,
): Promise<SubscriptionDocument> {
  await requireChannels(deps, tenant, request);
  await requireRoom(deps, tenant);
  const { ids, clock, documents } = deps;
  const id =
    idempotencyKey === undefined ? ids.newId("subscription") : idFrom("subscription", tenant, idempotencyKey);
  const at = toTime(clock.now());
  const data = { id, tenant, ...request, createdAt: at, createdBy: user, updatedAt: at };
  const isNew = await tryCommit(documents, { op: "create", path: subscriptionPath(id), data });
  deps.subscriptions.forget(tenant);
  return isNew ? data : (await findSubscription(deps, { tenant }, id)).data;
}

/** Throws `not_found`, `invalid_request` as above, and `conflict` where others change it. */
export async function replaceSubscription(
  deps: SubscriptionDeps,
  principal: Principal,
  id: string,
  request: SetNotificationSubscription,
): Promise<SubscriptionDocument> {
  const { data, updateTime } = await findSubscription(deps, principal, id);
  await requireChannels(deps, principal.tenant, request);
  const { tenant, createdAt, createdBy } = data;
  const after = { id, tenant, ...request, createdAt, createdBy, updatedAt: toTime(deps.clock.now()) };
  const path = subscriptionPath(id);
  if (!(await tryCommit(deps.documents, { op: "set", path, data: after, precondition: { updateTime } })))
    throw new ConeaError("conflict", "The subscription is being changed by others; try again.");
  deps.subscriptions.forget(tenant);
  return after;
}

/** What it holds back is told to nobody: whoever looks after it finds no subscription. */
export async function deleteSubscription(
  deps: SubscriptionDeps,
  principal: Principal,
  id: string,
): Promise<void> {
  await findSubscription(deps, principal, id);
  await deps.documents.commit([{ op: "delete", path: subscriptionPath(id) }]);
  deps.subscriptions.forget(principal.tenant);
}

async function requireChannels(
  deps: SubscriptionDeps,
  tenant: string,
  request: SetNotificationSubscription,
): Promise<void> {
  const known = new Set((await listChannelDocuments(deps, tenant)).map(({ id }) => id));
  const missing = channelsOf(request).find((id) => !known.has(id));
  if (missing === undefined) return;
  throw new ConeaError("invalid_request", "A channel of the subscription does not exist.", {
    fields: [{ field: "channels", message: `must be ids of notification channels; ${missing} is none` }],
  });
}

async function requireRoom({ documents }: SubscriptionDeps, tenant: string): Promise<void> {
  const count = await documents.count({
    collection: subscriptionsCollection,
    where: [["tenant", "==", tenant]],
  });
  if (count < mostSubscriptions) return;
  throw new ConeaError("conflict", `There are ${mostSubscriptions} subscriptions; delete one first.`);
}
