import type { Principal } from "../access/principal.ts";
import type { NotificationChannel } from "../api/notifications.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { ReadSnapshot, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { disabledAfterMs } from "../webhooks/failing-endpoints.ts";
import { type LineDocument, linePath } from "../webhooks/line-document.ts";
import { type ChannelDocument, channelPath, channelsCollection, mostChannels } from "./channel-document.ts";

type ReadDeps = Pick<Platform, "documents">;

/** The channel of an id, if it is the principal's tenant's. Throws `not_found`. */
export async function findChannel(
  { documents }: ReadDeps,
  { tenant }: Pick<Principal, "tenant">,
  channelId: string,
): Promise<ReadSnapshot<ChannelDocument>> {
  const known = isId("channel", channelId);
  const found = known ? await documents.get<ChannelDocument>(channelPath(channelId)) : undefined;
  if (found?.data.tenant === tenant) return found;
  throw new ConeaError("not_found", "There is no such notification channel.");
}

/** Throws `conflict` where nothing is sent to the channel. */
export function requireEnabled({ state }: Pick<ChannelDocument, "state">): void {
  if (state === "enabled") return;
  throw new ConeaError("conflict", `The channel is ${state}; replace it (PUT), which enables it again.`);
}

/** All channels of a tenant, oldest first. */
export function listChannelDocuments(
  { documents }: ReadDeps,
  tenant: string,
): Promise<Snapshot<ChannelDocument>[]> {
  return documents.query<ChannelDocument>({
    collection: channelsCollection,
    where: [["tenant", "==", tenant]],
    orderBy: [["createdAt", "asc"]],
    limit: mostChannels,
  });
}

export async function listChannels(deps: ReadDeps, { tenant }: Principal): Promise<NotificationChannel[]> {
  const found = await listChannelDocuments(deps, tenant);
  return Promise.all(found.map(({ data }) => describeChannel(deps, data)));
}

/** A channel as its administrators see it: without its secrets, and whether it is failing. */
export async function describeChannel(
  { documents }: ReadDeps,
  channel: ChannelDocument,
): Promise<NotificationChannel> {
  const line = await documents.get<LineDocument>(linePath(channel.id));
  return toChannelView(channel, line?.data.failingSince);
}

export function toChannelView(
  channel: ChannelDocument,
  failingSince: string | undefined,
): NotificationChannel {
  const { id, kind, name, shown, state, reason, createdAt, createdBy, updatedAt } = channel;
  const isFailing = state === "enabled" && failingSince !== undefined;
  return {
    ...{ id, kind, name, config: shown, state },
    ...(reason && { reason }),
    ...(isFailing && { failingSince, disablesAt: toTime(fromTime(failingSince) + disabledAfterMs) }),
    ...{ createdAt, createdBy, updatedAt },
  };
}
