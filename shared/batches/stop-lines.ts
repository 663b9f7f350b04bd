import { toTime } from "../core/clock.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Snapshot } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { endFields } from "../tasks/end-fields.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { publishMarked, withEvent } from "../tasks/task-events.ts";
import { inBatch, waiting } from "./count-lines.ts";

const pageSize = 100;

type Deps = Pick<Platform, "documents" | "events" | "clock"> & { log: Log };

/** Cancels lines of a batch that wait, a page of them. A line that starts in the same moment runs on. Resolves to how many it took. */
export async function stopLines(deps: Deps, batchId: string): Promise<number> {
  const found = await deps.documents.query<TaskDocument>({ ...inBatch(batchId, waiting), limit: pageSize });
  const stopped = await Promise.allSettled(found.map((task) => stop(deps, task)));
  return stopped.filter(({ status }) => status === "fulfilled").length;
}

async function stop(deps: Deps, { data, updateTime }: Snapshot<TaskDocument>): Promise<void> {
  const completedAt = toTime(deps.clock.now());
  const fields = {
    status: "cancelled" as const,
    completedAt,
    unpublished: true as const,
    ...endFields(data),
    ...withEvent(data, "task.cancelled", completedAt),
  };
  const [changedAt = ""] = await deps.documents.commit([
    {
      op: "update",
      path: taskPath(data.id),
      fields,
      removes: ["notBefore"],
      precondition: { updateTime },
    },
  ]);
  await publishMarked(deps, { ...data, ...fields }, changedAt).catch((error) =>
    deps.log.warn("event left to the sweep", { taskId: data.id, ...toErrorField(error) }),
  );
}
