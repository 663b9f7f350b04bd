import { notKept } from "../api/results.ts";
import type { Query, Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import { taskFileKey } from "../tasks/stored-files.ts";
import { isStoredJson, type TaskDocument, taskPath } from "../tasks/task-document.ts";
import type { BatchDocument, BatchSnapshot } from "./batch-document.ts";
import { changeBatch } from "./change-batch.ts";

const pageSize = 100;

type Deps = Pick<Platform, "documents" | "blobs" | "clock" | "ids">;

/** Whether there are lines whose results are written and whose tasks still hold content that was not to be stored. Pure. */
export function hasToForget({ hasUnstored, forgotten = 0, assembled }: BatchDocument): boolean {
  return hasUnstored === true && forgotten < assembled;
}

/**
 * Takes the content out of the tasks of the next lines that have asked for it: the output file has it by now, and nothing else is
 * to. Files go first, then in one commit the rest, with how far this has come, so that a crash leaves nothing unforgotten.
 * Resolves as `changeBatch` does.
 */
export async function forgetLines(deps: Deps, batch: BatchSnapshot): Promise<BatchSnapshot | undefined> {
  const found = await deps.documents.query<TaskDocument>(toQuery(batch.data));
  const tasks = found.map(({ data }) => data).filter((task) => task.batch?.isUnstored);
  await Promise.all(tasks.flatMap(toFileKeys).map((key) => deps.blobs.delete(key)));
  const last = found.length < pageSize ? undefined : found.at(-1)?.data.batch?.line;
  const forgotten = last === undefined ? batch.data.assembled : last + 1;
  return changeBatch(deps, batch, { forgotten }, { writes: tasks.map(toWrite) });
}

function toQuery({ id, forgotten = 0, assembled }: BatchDocument): Query {
  return {
    collection: "tasks",
    where: [
      ["batch.id", "==", id],
      ["batch.line", ">=", forgotten],
      ["batch.line", "<", assembled],
    ],
    orderBy: [["batch.line", "asc"]],
    limit: pageSize,
  };
}

/** Where an earlier attempt was taken for lost, it may have left a result of its own. */
function toFileKeys(task: TaskDocument): string[] {
  const { input, result, epoch } = task;
  const results = epoch > 1 || isStoredJson(result) ? epoch : 0;
  return [
    ...(isStoredJson(input) ? [input.file.key] : []),
    ...Array.from({ length: results }, (_, before) => taskFileKey(task, `${before + 1}-result.json`)),
  ];
}

function toWrite({ id, result }: TaskDocument): Write {
  return {
    op: "update",
    path: taskPath(id),
    fields: { input: notKept, ...(result && { result: notKept }) },
  };
}
