import type { TaskStatus } from "../api/task-type.ts";
import type { Query } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { BatchDocument } from "./batch-document.ts";

/** Not called yet, or called in vain so far. */
export const waiting: TaskStatus[] = ["ready", "scheduled"];

/** The tasks of a batch that are in one of these statuses. */
export function inBatch(batchId: string, statuses: TaskStatus[]): Query {
  return {
    collection: "tasks",
    where: [
      ["batch.id", "==", batchId],
      ["status", "in", statuses],
    ],
  };
}

export type LineCounts = { open: number } & Pick<BatchDocument, "completed" | "failed">;

/** How many lines of those fed have not ended, and how the others have. Two counts: a read for each thousand lines. */
export async function countLines(
  { documents }: Pick<Platform, "documents">,
  { id, fed, refused }: BatchDocument,
): Promise<LineCounts> {
  const open = await documents.count(inBatch(id, [...waiting, "running"]));
  const completed = await documents.count(inBatch(id, ["succeeded"]));
  // A line that ended in between is in both counts.
  const tasks = Math.max(0, fed - refused - open - completed);
  return { open, completed, failed: refused + tasks };
}
