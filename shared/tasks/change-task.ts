import { type Principal, requireWriter } from "../access/principal.ts";
import { terminalStatuses } from "../api/task-type.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { tryCommit } from "../queue/try-commit.ts";
import { findTask } from "./read-tasks.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";
import { toStatusEvent } from "./to-event.ts";

const mostTries = 10;

type ChangeDeps = Pick<Platform, "documents" | "clock" | "events">;

/**
 * Cancels a task that has not ended. A running call is aborted by `abort` where it runs in this process, elsewhere at its
 * next renewal; its answer, should one come, is kept as late. Cancelling again changes nothing. Throws `not_found` and
 * `conflict`.
 */
export async function cancelTask(
  deps: ChangeDeps & { abort: (taskId: string) => void },
  principal: Principal,
  taskId: string,
): Promise<TaskDocument> {
  const completedAt = toTime(deps.clock.now());
  const { before, after } = await changeTask(deps, principal, taskId, ({ status }) => {
    if (status === "cancelled") return undefined;
    if (!terminalStatuses.has(status)) return { status: "cancelled", completedAt };
    throw new ConeaError("conflict", `The task has already ended (${status}); there is nothing to cancel.`);
  });
  if (before.status === "cancelled") return after;
  deps.abort(taskId);
  const event = toStatusEvent(after, deps.clock.now());
  if (event) await deps.events.publish(event);
  return after;
}

/** Hides a task that has ended from get and list. Throws `not_found`, and `conflict` while it may still run. */
export async function deleteTask(deps: ChangeDeps, principal: Principal, taskId: string): Promise<void> {
  await changeTask(deps, principal, taskId, ({ status }) => {
    if (terminalStatuses.has(status)) return { deleted: true };
    throw new ConeaError("conflict", `The task has not ended (${status}); cancel it before deleting it.`);
  });
}

type Changed = { before: TaskDocument; after: TaskDocument };

/** Applies `decide` to the task as it is at the moment of writing: whoever writes in between causes another look. */
async function changeTask(
  { documents }: ChangeDeps,
  principal: Principal,
  taskId: string,
  decide: (task: TaskDocument) => Partial<TaskDocument> | undefined,
): Promise<Changed> {
  requireWriter(principal);
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await findTask({ documents }, principal, taskId);
    const fields = decide(snapshot.data);
    const changed = { before: snapshot.data, after: { ...snapshot.data, ...fields } };
    if (!fields || (await tryCommit(documents, toWrite(snapshot, fields)))) return changed;
  }
  throw new ConeaError("unavailable", "The task is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function toWrite({ id, updateTime }: Snapshot<TaskDocument>, fields: Partial<TaskDocument>): Write {
  const removes = fields.status === undefined ? [] : ["leaseUntil", "notBefore"];
  return { op: "update", path: taskPath(id), fields, removes, precondition: { updateTime } };
}
