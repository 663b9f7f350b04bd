import { canRead, ownerFilter, type Principal } from "../access/principal.ts";
import type { ListTasks } from "../api/task.ts";
import { ConeaError } from "../core/conea-error.ts";
import { isId } from "../core/ids.ts";
import type { Filter, Query, ReadSnapshot, Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/** The task of an id, if the principal may see it. Throws `not_found`, which tells nobody whether it exists. */
export async function findTask(
  { documents }: Pick<Platform, "documents">,
  principal: Principal,
  taskId: string,
): Promise<ReadSnapshot<TaskDocument>> {
  const snapshot = isId("task", taskId) ? await documents.get<TaskDocument>(taskPath(taskId)) : undefined;
  if (snapshot && !snapshot.data.deleted && canRead(principal, snapshot.data)) return snapshot;
  throw new ConeaError("not_found", "There is no such task.");
}

export type TaskListing = { tasks: TaskDocument[]; nextCursor?: string };

/** The tasks the principal may see, newest first. Throws `invalid_request` for a cursor that is none. */
export async function listTasks(
  { documents }: Pick<Platform, "documents">,
  principal: Principal,
  { limit, cursor, ...wanted }: ListTasks,
): Promise<TaskListing> {
  const query = toQuery(principal, wanted);
  const found = await documents.query<TaskDocument>({
    ...query,
    limit: limit + 1,
    ...(cursor && { startAfter: fromCursor(cursor) }),
  });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { tasks: page.map(({ data }) => data), ...(last && { nextCursor: toCursor(last) }) };
}

function toQuery(principal: Principal, { prompt, ...wanted }: Omit<ListTasks, "limit" | "cursor">): Query {
  const asked = { ...wanted, "promptRef.id": prompt, createdBy: ownerFilter(principal) };
  const filters = Object.entries(asked).filter(([, value]) => value !== undefined);
  return {
    collection: "tasks",
    where: [
      ["tenant", "==", principal.tenant],
      ["deleted", "==", false],
      ...filters.map(([field, value]): Filter => [field, "==", value as string]),
    ],
    orderBy: [["sequence", "desc"]],
  };
}

function toCursor({ data, id }: Snapshot<TaskDocument>): string {
  return Buffer.from(`${data.sequence} ${id}`).toString("base64url");
}

function fromCursor(cursor: string): { values: number[]; id: string } {
  const [sequence, id = ""] = Buffer.from(cursor, "base64url").toString().split(" ");
  if (Number.isSafeInteger(Number(sequence)) && isId("task", id)) return { values: [Number(sequence)], id };
  throw new ConeaError("invalid_request", "The cursor is not one that this list gave.", {
    fields: [{ field: "cursor", message: "must be a nextCursor of this list" }],
  });
}
