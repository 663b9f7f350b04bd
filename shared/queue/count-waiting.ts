import type { TaskStatus } from "../api/task-type.ts";
import type { Filter, Query } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";

type Deps = Pick<Platform, "documents">;

/** The best priority and the last one. */
export const priorities = Array.from({ length: 10 }, (_, priority) => priority);

/** A queue's tasks of one status. */
export function inQueue(queueId: string, status: TaskStatus, ...more: Filter[]): Query {
  return { collection: "tasks", where: [["queue", "==", queueId], ["status", "==", status], ...more] };
}

/** How many tasks of a queue are in a status. A read for each thousand of them. */
export function countInQueue({ documents }: Deps, queueId: string, status: TaskStatus): Promise<number> {
  return documents.count(inQueue(queueId, status));
}

/** Whether anybody stands in a queue's line. One read. */
export async function hasReady({ documents }: Deps, queueId: string): Promise<boolean> {
  return (await documents.count({ ...inQueue(queueId, "ready"), limit: 1 })) > 0;
}

/** How many ready tasks stand before a place in line. */
export async function countAhead(
  { documents }: Deps,
  { queue, priority, sequence }: { queue: string; priority: number; sequence: number },
): Promise<number> {
  const [better, older] = await Promise.all([
    documents.count(inQueue(queue, "ready", ["priority", "<", priority])),
    documents.count(inQueue(queue, "ready", ["priority", "==", priority], ["sequence", "<", sequence])),
  ]);
  return better + older;
}
