import type { Principal } from "../access/principal.ts";
import type { CreatedNotificationChannel, SetNotificationChannel } from "../api/notifications.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import type { SafeFetch } from "../webhooks/create-safe-fetch.ts";
import { makeSecret } from "../webhooks/endpoint-secrets.ts";
import type { SecretSeal } from "../webhooks/seal-secrets.ts";
import { addressOf, paceOf, postUrlOf, toShown } from "./channel-config.ts";
import { type ChannelDocument, channelPath, channelsCollection, mostChannels } from "./channel-document.ts";
import type { MailSender } from "./create-mail-sender.ts";
import { toChannelView } from "./read-channels.ts";

export type ChannelDeps = Pick<Platform, "documents" | "clock" | "ids"> & {
  seal: SecretSeal;
  safeFetch: Pick<SafeFetch, "checkUrl">;
  mail: Pick<MailSender, "check">;
};

/**
 * Makes a channel. A webhook's secret appears only in what it resolves to, so a repeated Idempotency-Key cannot be answered
 * again: it throws `conflict`. Throws `invalid_request` for an address that may not be called.
 */
export async function createChannel(
  deps: ChannelDeps,
  { tenant, user }: Principal,
  request: SetNotificationChannel,
  idempotencyKey?: string,
): Promise<CreatedNotificationChannel> {
  await checkAddress(deps, request);
  await requireRoom(deps, tenant);
  const id =
    idempotencyKey === undefined ? deps.ids.newId("channel") : idFrom("channel", tenant, idempotencyKey);
  const owner = { tenant, endpointId: id };
  const made = request.kind === "webhook" ? await makeSecret(deps, owner, "hmac") : undefined;
  const at = toTime(deps.clock.now());
  const data: ChannelDocument = {
    ...{ id, tenant, kind: request.kind, types: [], headerNames: [], signature: "hmac", state: "enabled" },
    ...(await toChannelFields(deps.seal, owner, request)),
    ...{ secrets: made ? [made.stored] : [], eventSequence: 0, untold: [] },
    ...{ createdAt: at, createdBy: user, updatedAt: at },
  };
  if (!(await tryCommit(deps.documents, { op: "create", path: channelPath(id), data })))
    throw new ConeaError("conflict", "A channel was created with this Idempotency-Key already.");
  return { ...toChannelView(data, undefined), ...(made && { secret: made.shown }) };
}

/** What a channel's document holds of how it is configured. */
export async function toChannelFields(
  seal: SecretSeal,
  owner: { tenant: string; endpointId: string },
  request: SetNotificationChannel,
): Promise<
  Pick<ChannelDocument, "name" | "url" | "shown" | "sealedConfig" | "ratePerSecond" | "concurrency">
> {
  return {
    ...{ name: request.name, url: addressOf(request), shown: toShown(request) },
    sealedConfig: await seal.seal(owner, JSON.stringify(request.config)),
    ...paceOf(request.kind),
  };
}

export async function checkAddress(
  { safeFetch, mail }: Pick<ChannelDeps, "safeFetch" | "mail">,
  request: SetNotificationChannel,
): Promise<void> {
  if (request.kind === "email") return mail.check(request.config);
  return safeFetch.checkUrl(postUrlOf(request));
}

async function requireRoom({ documents }: ChannelDeps, tenant: string): Promise<void> {
  const count = await documents.count({ collection: channelsCollection, where: [["tenant", "==", tenant]] });
  if (count < mostChannels) return;
  throw new ConeaError("conflict", `There are ${mostChannels} notification channels; delete one first.`);
}
