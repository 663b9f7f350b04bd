import type { Principal } from "../access/principal.ts";
import type { SetNotificationChannel } from "../api/notifications.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { emptyLine, linePath } from "../webhooks/line-document.ts";
import { type WakeLineDeps, wakeLine } from "../webhooks/wake-line.ts";
import { type ChannelDocument, channelPath } from "./channel-document.ts";
import { type ChannelDeps, checkAddress, toChannelFields } from "./create-channel.ts";
import { findChannel } from "./read-channels.ts";
import { listSubscriptionDocuments } from "./read-subscriptions.ts";

/**
 * Replaces what a channel is made of, and sends to it again from now on where it was disabled: what is known of earlier failures is
 * forgotten. Throws `not_found`, `invalid_request` for another kind, `conflict` where others change it.
 */
export async function replaceChannel(
  deps: ChannelDeps,
  principal: Principal,
  channelId: string,
  request: SetNotificationChannel,
): Promise<ChannelDocument> {
  const { data, updateTime } = await findChannel(deps, principal, channelId);
  if (data.kind !== request.kind)
    throw new ConeaError("invalid_request", "A channel keeps its kind; create another one.", {
      fields: [{ field: "kind", message: `must be ${data.kind}` }],
    });
  await checkAddress(deps, request);
  const owner = { tenant: data.tenant, endpointId: channelId };
  const { reason, warned, ...kept } = data;
  const fields = await toChannelFields(deps.seal, owner, request);
  const after: ChannelDocument = {
    ...kept,
    ...fields,
    state: "enabled",
    updatedAt: toTime(deps.clock.now()),
  };
  const line: Write = { op: "set", path: linePath(channelId), data: emptyLine(channelId) };
  const write: Write = { op: "set", path: channelPath(channelId), data: after, precondition: { updateTime } };
  if (await tryCommit(deps.documents, write, ...(data.state === "enabled" ? [] : [line]))) return after;
  throw new ConeaError("conflict", "The channel is being changed by others; try again.");
}

/** Takes a channel away, and what is on its way to it. Throws `not_found`, and `conflict` where a subscription uses it. */
export async function deleteChannel(
  deps: Pick<Platform, "documents"> & WakeLineDeps,
  principal: Principal,
  channelId: string,
): Promise<void> {
  await findChannel(deps, principal, channelId);
  const subscriptions = await listSubscriptionDocuments(deps, principal.tenant);
  const users = subscriptions.filter(({ data }) => channelsOf(data).includes(channelId));
  if (users.length > 0)
    throw new ConeaError(
      "conflict",
      `It is used by the subscription ${users[0]?.data.name}; take it out first.`,
    );
  const paths = [channelPath(channelId), linePath(channelId)];
  await deps.documents.commit(paths.map((path) => ({ op: "delete", path })));
  await wakeLine(deps, channelId);
}

/** Every channel that a subscription names. */
export function channelsOf({
  channels,
  escalation,
}: {
  channels: string[];
  escalation: { channels: string[] }[];
}): string[] {
  return [...new Set([...channels, ...escalation.flatMap((step) => step.channels)])];
}
