import type { Query } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { TaskDocument } from "../tasks/task-document.ts";
import { type BatchDocument, batchPath, type RefusalDocument, toLineId } from "./batch-document.ts";
import type { BatchLine } from "./check-line.ts";
import type { FileDocument } from "./file-document.ts";
import { readLines } from "./read-lines.ts";
import type { LineOutcome } from "./to-output-line.ts";

const pageSize = 100;

type Deps = Pick<Platform, "documents" | "blobs">;

/** The lines of a batch from `first` on, each with what became of it: input, tasks and refusals, page by page, side by side. */
export async function* readOutcomes(
  deps: Deps,
  batch: BatchDocument,
  input: FileDocument,
  first: number,
): AsyncGenerator<LineOutcome> {
  const tasks = readTasks(deps, batch, first);
  const refusals = readRefusals(deps, batch, first);
  let task = await take(tasks);
  let refusal = await take(refusals);
  for await (const { index, content } of readLines(deps, input, batch.partLines, first)) {
    const outcome: LineOutcome = { line: index, input: JSON.parse(content.toString("utf8")) as BatchLine };
    if (task?.batch?.line === index) {
      outcome.task = task;
      task = await take(tasks);
    }
    if (refusal?.line === index) {
      outcome.refusal = refusal;
      refusal = await take(refusals);
    }
    yield outcome;
  }
}

async function take<T>(values: AsyncGenerator<T>): Promise<T | undefined> {
  const { value } = await values.next();
  return value;
}

async function* readTasks(deps: Deps, batch: BatchDocument, first: number): AsyncGenerator<TaskDocument> {
  const query: Query = {
    collection: "tasks",
    where: [["batch.id", "==", batch.id]],
    orderBy: [["batch.line", "asc"]],
    limit: pageSize,
  };
  for (let from = first; ; ) {
    const where: Query["where"] = [...(query.where ?? []), ["batch.line", ">=", from]];
    const found = await deps.documents.query<TaskDocument>({ ...query, where });
    for (const { data } of found) yield data;
    const last = found.at(-1)?.data.batch?.line;
    if (found.length < pageSize || last === undefined) return;
    from = last + 1;
  }
}

async function* readRefusals(
  { documents }: Deps,
  { id, refused }: BatchDocument,
  first: number,
): AsyncGenerator<RefusalDocument> {
  if (refused === 0) return;
  const collection = `${batchPath(id)}/refusals`;
  let after = first === 0 ? undefined : toLineId(first - 1);
  for (;;) {
    const startAfter = after === undefined ? {} : { startAfter: { values: [], id: after } };
    const found = await documents.query<RefusalDocument>({ collection, limit: pageSize, ...startAfter });
    for (const { data } of found) yield data;
    after = found.at(-1)?.id;
    if (found.length < pageSize) return;
  }
}
