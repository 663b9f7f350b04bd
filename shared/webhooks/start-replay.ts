import type { Principal } from "../access/principal.ts";
import type { ReplayDeliveries } from "../api/webhooks.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom, isId } from "../core/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { requireEnabled } from "./ping-endpoint.ts";
import { findEndpoint } from "./read-endpoints.ts";
import { type ReplayDocument, replayPath, toReplayQuery } from "./replay-document.ts";
import { type WakeLineDeps, wakeLine } from "./wake-line.ts";

/**
 * Begins to send again what was made since a time. A repeated Idempotency-Key finds the replay that was begun with it. Throws
 * `not_found`, and `conflict` where the endpoint takes nothing.
 */
export async function startReplay(
  deps: Pick<Platform, "documents" | "ids"> & WakeLineDeps,
  principal: Principal,
  endpointId: string,
  { since, onlyFailed }: ReplayDeliveries,
  idempotencyKey?: string,
): Promise<ReplayDocument> {
  requireEnabled((await findEndpoint(deps, principal, endpointId)).data);
  const { tenant, user: createdBy } = principal;
  const id =
    idempotencyKey === undefined
      ? deps.ids.newId("replay")
      : idFrom("replay", tenant, endpointId, idempotencyKey);
  const now = deps.clock.now();
  const about = { endpointId, since: toTime(fromTime(since)), onlyFailed, createdAt: toTime(now) };
  const data: ReplayDocument = {
    ...{ id, tenant, createdBy, ...about, state: "running" },
    ...{ total: await deps.documents.count(toReplayQuery(about)), scanned: 0, replayed: 0, nextDueAt: now },
  };
  const isNew = await tryCommit(deps.documents, { op: "create", path: replayPath(id), data });
  await wakeLine(deps, endpointId, { reason: "due" });
  return isNew ? data : findReplay(deps, principal, endpointId, id);
}

/** The replay of an id, if it is one of this endpoint and the endpoint the tenant's. Throws `not_found`. */
export async function findReplay(
  { documents }: Pick<Platform, "documents">,
  { tenant }: Principal,
  endpointId: string,
  replayId: string,
): Promise<ReplayDocument> {
  const known = isId("replay", replayId);
  const found = known ? await documents.get<ReplayDocument>(replayPath(replayId)) : undefined;
  if (found?.data.tenant === tenant && found.data.endpointId === endpointId) return found.data;
  throw new ConeaError("not_found", "There is no such replay.");
}
