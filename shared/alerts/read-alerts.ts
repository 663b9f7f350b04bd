import { type Principal, requireAdmin } from "../access/principal.ts";
import type { ListAlerts } from "../api/alerts.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { Filter, ReadSnapshot, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type AlertDocument, alertPath, alertsCollection } from "./alert-document.ts";

type Deps = Pick<Platform, "documents"> & { operatorTenant: string };

/** Administrators of any tenant operate the queues (decision 0013), so they see what is wrong with them. */
function tenantsOf({ operatorTenant }: Deps, { tenant }: Principal): string[] {
  return [...new Set([tenant, operatorTenant])];
}

/** The alert of an id, if the principal may see it. Throws `not_found`. */
export async function findAlert(
  deps: Deps,
  principal: Principal,
  id: string,
): Promise<ReadSnapshot<AlertDocument>> {
  requireAdmin(principal);
  const snapshot = isId("alert", id) ? await deps.documents.get<AlertDocument>(alertPath(id)) : undefined;
  if (snapshot && tenantsOf(deps, principal).includes(snapshot.data.tenant)) return snapshot;
  throw new ConeaError("not_found", "There is no such alert.");
}

export type AlertListing = { alerts: AlertDocument[]; nextCursor?: string };

/** The alerts the principal may see, the one that changed last first. Throws `invalid_request` for a cursor that is none. */
export async function listAlerts(
  deps: Deps,
  principal: Principal,
  { state, limit, cursor }: ListAlerts,
): Promise<AlertListing> {
  requireAdmin(principal);
  const wanted: Filter[] = state === undefined ? [] : [["state", "==", state]];
  const found = await deps.documents.query<AlertDocument>({
    collection: alertsCollection,
    where: [["tenant", "in", tenantsOf(deps, principal)], ...wanted],
    orderBy: [["changedAt", "desc"]],
    limit: limit + 1,
    ...(cursor !== undefined && { startAfter: fromCursor(cursor) }),
  });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { alerts: page.map(({ data }) => data), ...(last && { nextCursor: toCursor(last) }) };
}

function toCursor({ data, id }: Snapshot<AlertDocument>): string {
  return Buffer.from(`${data.changedAt} ${id}`).toString("base64url");
}

function fromCursor(cursor: string): { values: string[]; id: string } {
  const [changedAt = "", id = ""] = Buffer.from(cursor, "base64url").toString().split(" ");
  if (!Number.isNaN(Date.parse(changedAt)) && isId("alert", id)) return { values: [changedAt], id };
  throw new ConeaError("invalid_request", "The cursor is not one that this list gave.", {
    fields: [{ field: "cursor", message: "must be a nextCursor of this list" }],
  });
}
