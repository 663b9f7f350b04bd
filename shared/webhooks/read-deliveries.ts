import type { Principal } from "../access/principal.ts";
import type { DeliverySummary, ListDeliveries, WebhookDelivery } from "../api/webhooks.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { Filter, ReadSnapshot, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type DeliveryDocument, deliveryPath } from "./delivery-document.ts";
import { findEndpoint } from "./read-endpoints.ts";

type ReadDeps = Pick<Platform, "documents">;

/** The delivery of an id, if it is one of this endpoint and the endpoint the tenant's. Throws `not_found`. */
export async function findDelivery(
  { documents }: ReadDeps,
  { tenant }: Principal,
  endpointId: string,
  deliveryId: string,
): Promise<ReadSnapshot<DeliveryDocument>> {
  const known = isId("delivery", deliveryId);
  const found = known ? await documents.get<DeliveryDocument>(deliveryPath(deliveryId)) : undefined;
  if (found?.data.tenant === tenant && found.data.endpointId === endpointId) return found;
  throw new ConeaError("not_found", "There is no such delivery.");
}

/** The deliveries of an endpoint, newest first. Throws `not_found`, and `invalid_request` for a cursor that is none. */
export async function listDeliveries(
  deps: ReadDeps,
  principal: Principal,
  endpointId: string,
  wanted: ListDeliveries,
): Promise<{ items: DeliverySummary[]; nextCursor?: string }> {
  await findEndpoint(deps, principal, endpointId);
  return listDeliveriesTo(deps, endpointId, wanted);
}

/** The same for who has looked whose the endpoint is. */
export async function listDeliveriesTo(
  deps: ReadDeps,
  endpointId: string,
  { limit, cursor, state, type, from, to }: ListDeliveries,
): Promise<{ items: DeliverySummary[]; nextCursor?: string }> {
  const found = await deps.documents.query<DeliveryDocument>({
    collection: "webhookDeliveries",
    where: [
      ["endpointId", "==", endpointId],
      ...toFilters({ state, type }),
      ...(from === undefined ? [] : [["createdAt", ">=", toTime(fromTime(from))] satisfies Filter]),
      ...(to === undefined ? [] : [["createdAt", "<", toTime(fromTime(to))] satisfies Filter]),
    ],
    orderBy: [["createdAt", "desc"]],
    limit: limit + 1,
    ...(cursor !== undefined && { startAfter: fromCursor(cursor) }),
  });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { items: page.map(({ data }) => toSummary(data)), ...(last && { nextCursor: toCursor(last) }) };
}

export function toSummary(delivery: DeliveryDocument): DeliverySummary {
  const { id, endpointId, eventId, messageId, type, state, attemptCount, dueAt, createdAt, endedAt } =
    delivery;
  return {
    ...{ id, endpointId, eventId, messageId, type, state, attemptCount, createdAt },
    ...(dueAt && { nextAttemptAt: dueAt }),
    ...(endedAt && { endedAt }),
  };
}

export function toDeliveryView(delivery: DeliveryDocument): WebhookDelivery {
  return { ...toSummary(delivery), body: delivery.body, attempts: delivery.attempts };
}

function toFilters(equal: Record<string, string | undefined>): Filter[] {
  return Object.entries(equal).flatMap(([field, value]): Filter[] =>
    value === undefined ? [] : [[field, "==", value]],
  );
}

function toCursor({ data, id }: Snapshot<DeliveryDocument>): string {
  return Buffer.from(`${data.createdAt} ${id}`).toString("base64url");
}

function fromCursor(cursor: string): { values: string[]; id: string } {
  const [createdAt = "", id = ""] = Buffer.from(cursor, "base64url").toString().split(" ");
  if (!Number.isNaN(fromTime(createdAt)) && isId("delivery", id)) return { values: [createdAt], id };
  throw new ConeaError("invalid_request", "The cursor is not one that this list gave.", {
    fields: [{ field: "cursor", message: "must be a nextCursor of this list" }],
  });
}
