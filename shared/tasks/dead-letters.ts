import { ownerFilter, type Principal } from "../access/principal.ts";
import type { DeadLetterFilter, ListDeadLetters } from "../api/dead-letters.ts";
import { fromTime, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { Filter, Query, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { isStoredJson, type TaskDocument } from "./task-document.ts";

export type DeadLetterListing = { found: Snapshot<TaskDocument>[]; nextCursor?: string };

/** How many documents a search for text looks at before it answers with what it has. */
const mostScanned = 500;
const scanPage = 100;

/**
 * The tasks that used up their attempts and that the principal may see, by the time they died, newest first. A search for
 * `text` looks at 500 of those that match otherwise; it may find none of them, and its cursor leads on. Inputs kept in Blobs
 * are not looked into. Throws `invalid_request` for a cursor that is none.
 */
export async function listDeadLetters(
  { documents }: Pick<Platform, "documents">,
  principal: Principal,
  { limit, cursor, ...filter }: ListDeadLetters,
  direction: "asc" | "desc" = "desc",
): Promise<DeadLetterListing> {
  const query = toQuery(principal, filter, direction);
  const pageSize = filter.text === undefined ? limit + 1 : scanPage;
  const found: Snapshot<TaskDocument>[] = [];
  let place = cursor === undefined ? undefined : fromCursor(cursor);
  for (let scanned = 0; scanned < mostScanned; scanned += pageSize) {
    const page = await documents.query<TaskDocument>({
      ...query,
      limit: pageSize,
      ...(place && { startAfter: place }),
    });
    for (const snapshot of page) {
      if (found.length === limit && place) return { found, nextCursor: toCursor(place) };
      place = { values: [snapshot.data.completedAt ?? ""], id: snapshot.id };
      if (holdsText(snapshot.data, filter.text)) found.push(snapshot);
    }
    if (page.length < pageSize) return { found };
  }
  return { found, ...(place && { nextCursor: toCursor(place) }) };
}

function toQuery(principal: Principal, filter: DeadLetterFilter, direction: "asc" | "desc"): Query {
  const { type, model, code, from, to } = filter;
  const equal = { type, model, "error.code": code, createdBy: ownerFilter(principal) };
  const filters = Object.entries(equal).filter(([, value]) => value !== undefined);
  return {
    collection: "tasks",
    where: [
      ["tenant", "==", principal.tenant],
      ["deleted", "==", false],
      ["status", "==", "dead"],
      ...filters.map(([field, value]): Filter => [field, "==", value as string]),
      ...(from === undefined ? [] : [["completedAt", ">=", toTime(fromTime(from))] satisfies Filter]),
      ...(to === undefined ? [] : [["completedAt", "<", toTime(fromTime(to))] satisfies Filter]),
    ],
    orderBy: [["completedAt", direction]],
  };
}

function holdsText({ input, error }: TaskDocument, text: string | undefined): boolean {
  if (text === undefined) return true;
  const wanted = text.toLowerCase();
  const texts = [error?.message ?? "", ...(isStoredJson(input) ? [] : textsOf(input))];
  return texts.some((one) => one.toLowerCase().includes(wanted));
}

/** All texts within a value, without the names of its fields. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

type Place = { values: string[]; id: string };

function toCursor({ values: [completedAt], id }: Place): string {
  return Buffer.from(`${completedAt} ${id}`).toString("base64url");
}

function fromCursor(cursor: string): Place {
  const [completedAt = "", id = ""] = Buffer.from(cursor, "base64url").toString().split(" ");
  if (!Number.isNaN(fromTime(completedAt)) && isId("task", id)) return { values: [completedAt], id };
  throw new ConeaError("invalid_request", "The cursor is not one that this list gave.", {
    fields: [{ field: "cursor", message: "must be a nextCursor of this list" }],
  });
}
