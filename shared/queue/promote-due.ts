import { fromTime, toTime } from "../core/clock.ts";
import type { Snapshot, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { ensureWake } from "./ensure-wake.ts";
import { tryCommit } from "./try-commit.ts";

const pageSize = 100;

/**
 * Puts the scheduled tasks of a queue whose time has come into line, and leaves a wake for the next one. A wake's own time
 * (`wokenAt`) has come, whatever this process's clock says. Resolves to how
 * many became ready. Safe to run twice at once: a task that another run promoted, or a caller cancelled, is left alone.
 */
export async function promoteDue(
  { documents, clock, wakes }: Pick<Platform, "documents" | "clock" | "wakes">,
  queueId: string,
  wokenAt = 0,
): Promise<number> {
  const scheduled = await documents.query<TaskDocument>({
    collection: "tasks",
    where: [
      ["queue", "==", queueId],
      ["status", "==", "scheduled"],
    ],
    orderBy: [["notBefore", "asc"]],
    limit: pageSize,
  });
  const now = toTime(Math.max(clock.now(), wokenAt));
  const due = scheduled.filter(({ data }) => (data.notBefore ?? now) <= now);
  const promoted = await Promise.all(due.map((task) => tryCommit(documents, toReadyWrite(task))));
  const next = due.length === pageSize ? due[0] : scheduled[due.length];
  if (next?.data.notBefore)
    await ensureWake(
      { wakes, clock },
      { queue: queueId, reason: "due" },
      fromTime(next.data.notBefore),
      wokenAt,
    );
  return promoted.filter(Boolean).length;
}

function toReadyWrite({ id, updateTime }: Snapshot<TaskDocument>): Write {
  return {
    op: "update",
    path: taskPath(id),
    fields: { status: "ready" },
    removes: ["notBefore"],
    precondition: { updateTime },
  };
}
