import type { Principal } from "../access/principal.ts";
import { canRead, ownerFilter } from "../access/principal.ts";
import type { TaskStatus, TaskType } from "../api/task-type.ts";
import { toTime } from "../core/clock.ts";
import { isId } from "../core/ids.ts";
import type { Filter, Query, ReadSnapshot, WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";

/*
 * Tasks as a repository of them (docs/repository-operations.md). Every function sees what its principal may see and nothing
 * else: of one tenant, of a user only their own, and nothing that was deleted. Lists are bounded and newest first; the HTTP
 * interface pages through the same tasks by `listTasks`.
 */

type Deps = Pick<Platform, "documents">;

/** The most tasks a list gives. */
export const longestList = 500;

/** A task with the write time that `saveTask` takes; `undefined` when there is none that the principal may see. */
export async function findTaskById(
  { documents }: Deps,
  principal: Principal,
  taskId: string,
): Promise<ReadSnapshot<TaskDocument> | undefined> {
  if (!isId("task", taskId)) return undefined;
  const snapshot = await documents.get<TaskDocument>(taskPath(taskId));
  return snapshot && !snapshot.data.deleted && canRead(principal, snapshot.data) ? snapshot : undefined;
}

/** What may be saved: what the caller said about a task. Its state is moved by the queue alone. */
export type TaskChanges = Partial<Pick<TaskDocument, "metadata" | "relatedEntity">>;

/**
 * Saves what the caller says about a task, as long as nobody has written it since `updateTime`. Resolves to its new write
 * time. Throws `PreconditionFailed` when somebody has: read it again.
 */
export async function saveTask(
  { documents }: Deps,
  taskId: string,
  fields: TaskChanges,
  updateTime: WriteTime,
): Promise<WriteTime> {
  const [savedAt = ""] = await documents.commit([
    { op: "update", path: taskPath(taskId), fields, precondition: { updateTime } },
  ]);
  return savedAt;
}

/** Those that wait: in line, or for a time. */
export function listPendingTasks(deps: Deps, principal: Principal): Promise<TaskDocument[]> {
  return list(deps, principal, inStatus("ready", "scheduled"));
}

/** Those that are with a provider, or were when their worker was lost. */
export function listProcessingTasks(deps: Deps, principal: Principal): Promise<TaskDocument[]> {
  return list(deps, principal, inStatus("running"));
}

/** Those that ended without a result by an error: a permanent one, or the last of their attempts. */
export function listFailedTasks(deps: Deps, principal: Principal): Promise<TaskDocument[]> {
  return list(deps, principal, inStatus("failed", "dead"));
}

/** Running ones whose lease ran out: their worker is gone, and the next sweep takes them back. Oldest lease first. */
export async function listTimedOutTasks(
  deps: Pick<Platform, "documents" | "clock">,
  principal: Principal,
): Promise<TaskDocument[]> {
  const now = toTime(deps.clock.now());
  const query = toQuery(principal, [inStatus("running"), ["leaseUntil", "<", now]]);
  const found = await deps.documents.query<TaskDocument>({
    ...query,
    orderBy: [["leaseUntil", "asc"]],
    limit: longestList,
  });
  return found.map(({ data }) => data);
}

/** A user's own; nothing when the principal is another user. */
export function listTasksByUser(deps: Deps, principal: Principal, user: string): Promise<TaskDocument[]> {
  return list(deps, principal, ["createdBy", "==", user]);
}

/** How many of a user's tasks have not ended. */
export function countActiveTasksByUser(
  { documents }: Deps,
  principal: Principal,
  user: string,
): Promise<number> {
  const active = inStatus("ready", "scheduled", "running");
  return documents.count(toQuery(principal, [["createdBy", "==", user], active]));
}

/** Those of one type. */
export function listTasksByType(deps: Deps, principal: Principal, type: TaskType): Promise<TaskDocument[]> {
  return list(deps, principal, ["type", "==", type]);
}

/** Those that were submitted for one thing of the caller's, such as `order/7`. */
export function listTasksByRelatedEntity(
  deps: Deps,
  principal: Principal,
  relatedEntity: string,
): Promise<TaskDocument[]> {
  return list(deps, principal, ["relatedEntity", "==", relatedEntity]);
}

async function list({ documents }: Deps, principal: Principal, filter: Filter): Promise<TaskDocument[]> {
  const query = toQuery(principal, [filter]);
  const found = await documents.query<TaskDocument>({
    ...query,
    orderBy: [["sequence", "desc"]],
    limit: longestList,
  });
  return found.map(({ data }) => data);
}

/** The tasks a principal may see, narrowed by `filters`. */
export function toQuery(principal: Principal, filters: Filter[]): Query {
  const owner = ownerFilter(principal);
  return {
    collection: "tasks",
    where: [
      ["tenant", "==", principal.tenant],
      ["deleted", "==", false],
      ...(owner === undefined ? [] : [["createdBy", "==", owner] satisfies Filter]),
      ...filters,
    ],
  };
}

function inStatus(...statuses: TaskStatus[]): Filter {
  return ["status", "in", statuses];
}
