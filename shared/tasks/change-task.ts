import { type Principal, requireWriter } from "../access/principal.ts";
import type { Allowances } from "../allowances/allowances.ts";
import { terminalStatuses } from "../api/task-type.ts";
import { fromTime, sleep, toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";
import { InvalidDocument, type Snapshot, type Write, type WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { endFields } from "./end-fields.ts";
import { findTask } from "./read-tasks.ts";
import { type TaskDocument, taskPath } from "./task-document.ts";
import { publishMarked, withEvent } from "./task-events.ts";

const mostTries = 10;

type ChangeDeps = Pick<Platform, "documents" | "clock" | "events"> & { log: Log };

/**
 * Cancels a task that has not ended. When this resolves, no call of it will start any more. A running call is aborted by
 * `abort` where it runs in this process, elsewhere at its next renewal; its answer, should one come, is kept as late.
 * Cancelling again changes nothing. Throws `not_found` and `conflict`.
 */
export async function cancelTask(
  deps: ChangeDeps & {
    allowances: Allowances;
    abort: (claim: Pick<TaskDocument, "id" | "epoch">) => boolean;
  },
  principal: Principal,
  taskId: string,
): Promise<TaskDocument> {
  const { before, after, updateTime } = await changeTask(deps, principal, taskId, (task) => {
    if (task.status === "cancelled") return undefined;
    if (!terminalStatuses.has(task.status)) return toCancelled(task, toTime(deps.clock.now()));
    throw new ConeaError(
      "conflict",
      `The task has already ended (${task.status}); there is nothing to cancel.`,
    );
  });
  if (!deps.abort(before)) await untilNoneCanStart(deps, before);
  if (after.unpublished) await announce(deps, after, updateTime);
  // What was announced has been written since.
  deps.allowances.note(after, "");
  return after;
}

function toCancelled(task: TaskDocument, completedAt: string): Partial<TaskDocument> {
  return {
    status: "cancelled",
    completedAt,
    unpublished: true,
    ...endFields(task),
    ...withEvent(task, "task.cancelled", completedAt),
  };
}

/** A worker elsewhere that has claimed the task may start its call until the permit has run out. */
async function untilNoneCanStart({ clock }: ChangeDeps, { startBy, readAt }: Read): Promise<void> {
  const leftMs = startBy === undefined ? 0 : fromTime(startBy) - fromTime(readAt);
  if (leftMs > 0) await sleep(clock, leftMs);
}

/** The task is cancelled already: the sweep publishes what fails here. */
async function announce(deps: ChangeDeps, task: TaskDocument, updateTime: WriteTime): Promise<void> {
  try {
    await publishMarked(deps, task, updateTime);
  } catch (error) {
    deps.log.warn("event left to the sweep", { taskId: task.id, ...toErrorField(error) });
  }
}

/** Hides a task that has ended from get and list. Throws `not_found`, and `conflict` while it may still run. */
export async function deleteTask(deps: ChangeDeps, principal: Principal, taskId: string): Promise<void> {
  await changeTask(deps, principal, taskId, ({ status }) => {
    if (terminalStatuses.has(status)) return { deleted: true };
    throw new ConeaError("conflict", `The task has not ended (${status}); cancel it before deleting it.`);
  });
}

/** A task as it was read, and when, by the store's clock. */
type Read = TaskDocument & { readAt: string };
type Changed = { before: Read; after: TaskDocument; updateTime: WriteTime };

/**
 * Applies `decide` to the task as it is at the moment of writing: whoever writes in between causes another look, and so
 * does a commit whose answer was lost.
 */
export async function changeTask(
  { documents, log }: Pick<ChangeDeps, "documents" | "log">,
  principal: Principal,
  taskId: string,
  decide: (task: TaskDocument) => Partial<TaskDocument> | undefined,
): Promise<Changed> {
  requireWriter(principal);
  for (let tries = 0; tries < mostTries; tries++) {
    const snapshot = await findTask({ documents }, principal, taskId);
    const before = { ...snapshot.data, readAt: snapshot.readTime };
    const fields = decide(snapshot.data);
    if (!fields) return { before, after: snapshot.data, updateTime: snapshot.updateTime };
    try {
      const [updateTime = ""] = await documents.commit([toWrite(snapshot, fields)]);
      return { before, after: { ...snapshot.data, ...fields }, updateTime };
    } catch (error) {
      if (error instanceof InvalidDocument) throw error;
      log.debug("another look at a task that is changing", { taskId, ...toErrorField(error) });
    }
  }
  throw new ConeaError("unavailable", "The task is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function toWrite({ id, updateTime }: Snapshot<TaskDocument>, fields: Partial<TaskDocument>): Write {
  // `startBy` stays: whoever cancels again must wait for it too.
  const removes = fields.status === undefined ? [] : ["leaseUntil", "notBefore"];
  return { op: "update", path: taskPath(id), fields, removes, precondition: { updateTime } };
}
