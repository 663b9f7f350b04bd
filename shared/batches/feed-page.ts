import type { Principal } from "../access/principal.ts";
import { fromTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import { toErrorField } from "../core/log.ts";
import { InvalidDocument, type Write } from "../platform/documents.ts";
import type { Add, Admitted, Backpressure } from "../queue/backpressure.ts";
import { ensureWake } from "../queue/ensure-wake.ts";
import { draftTask, type SubmitDeps, storeInput } from "../tasks/submit-task.ts";
import { type TaskDocument, taskPath } from "../tasks/task-document.ts";
import { publishRecent } from "../tasks/task-events.ts";
import {
  type BatchDocument,
  type BatchSnapshot,
  batchPath,
  type RefusalDocument,
  toLineId,
} from "./batch-document.ts";
import { changeBatch } from "./change-batch.ts";
import type { BatchLine } from "./check-line.ts";
import type { LineEndpoints } from "./endpoints.ts";
import type { InputLine } from "./read-lines.ts";

export type FeedDeps = SubmitDeps & { lines: LineEndpoints };

/** Below what callers ask for themselves; a line may only ask for less. */
const bestPriority = 8;
/** A batch fills a line only so far: who calls now finds room. */
const share = 0.5;

/** A line as what it becomes: a task, or the reason why it is none. */
type Prepared = { task: TaskDocument } | { refusal: RefusalDocument };

/** The batch after the page, `full` where the queue takes none of it, `undefined` where another driver was faster. */
export type Fed = BatchSnapshot | "full" | undefined;

/**
 * Makes tasks of the next lines of a batch, all of them in one commit with how far the batch has come: a crash, or another
 * driver at the same time, leaves all or nothing of it. Where the line has no room for all, it takes as many as fit.
 */
export async function feedPage(deps: FeedDeps, batch: BatchSnapshot, page: InputLine[]): Promise<Fed> {
  const prepared = await Promise.all(page.map((line) => prepare(deps, batch.data, line)));
  return feedPrepared(deps, batch, prepared);
}

async function feedPrepared(deps: FeedDeps, batch: BatchSnapshot, lines: Prepared[]): Promise<Fed> {
  const half = lines.slice(0, Math.ceil(lines.length / 2));
  try {
    return await keepPage(deps, batch, lines);
  } catch (error) {
    const isFull = error instanceof ConeaError && error.code === "queue_full";
    if (!isFull && !(error instanceof InvalidDocument)) throw error;
    if (lines.length > 1) return feedPrepared(deps, batch, half);
    return isFull ? "full" : feedPrepared(deps, batch, [toUnstorable(deps, batch.data, lines[0])]);
  }
}

async function keepPage(deps: FeedDeps, batch: BatchSnapshot, lines: Prepared[]): Promise<Fed> {
  const tasks = lines.flatMap((one) => ("task" in one ? [one.task] : []));
  const writes = lines.map((one) => toWrite(batch.data, one));
  const { fed, refused } = batch.data;
  const progress = { fed: fed + lines.length, refused: refused + lines.length - tasks.length };
  let kept: BatchSnapshot | undefined;
  const amounts = toAmounts(tasks);
  await admitAll(deps.backpressure, amounts, async (guards) => {
    kept = await changeBatch(deps, batch, progress, { writes: [...writes, ...guards] });
    if (kept) return "added";
    const latest = guards.length > 0 ? await deps.documents.get(batchPath(batch.data.id)) : undefined;
    return latest?.updateTime === batch.updateTime ? "overtaken" : "not needed";
  });
  if (kept) await announce(deps, tasks);
  return kept;
}

/** What the cache has answered already stands in no line. */
function toAmounts(tasks: TaskDocument[]): { queue: string; amount: number }[] {
  const ready = tasks.filter(({ status }) => status === "ready");
  const queues = Map.groupBy(ready, ({ queue }) => queue);
  return [...queues].map(([queue, some]) => ({ queue, amount: some.length }));
}

/** Lets tasks into several lines at once. In the order of their names, so that no two wait for each other. */
function admitAll(
  backpressure: Backpressure,
  amounts: { queue: string; amount: number }[],
  add: Add,
): Promise<Admitted> {
  const sorted = amounts.toSorted((one, other) => (one.queue < other.queue ? -1 : 1));
  return sorted.reduceRight<Add>(
    (next, { queue, amount }) =>
      (guards) =>
        backpressure.admit(queue, (more) => next([...guards, ...more]), { amount, share }),
    add,
  )([]);
}

async function prepare(deps: FeedDeps, batch: BatchDocument, line: InputLine): Promise<Prepared> {
  try {
    const draft = await toDraft(deps, batch, line);
    return { task: { ...draft, input: await storeInput(deps, draft) } };
  } catch (error) {
    if (error instanceof ConeaError) return { refusal: toRefusal(deps, batch, line.index, error) };
    throw error;
  }
}

async function toDraft(deps: FeedDeps, batch: BatchDocument, { index, content }: InputLine) {
  const { id, tenant, createdBy: user, endpoint, expiresAt } = batch;
  const principal: Principal = { tenant, user, role: "user" };
  const { body } = JSON.parse(content.toString("utf8")) as BatchLine;
  const asked = await deps.lines.endpoints[endpoint]?.toTask(body, principal);
  if (!asked) throw new ConeaError("invalid_request", `No batch is for ${endpoint}.`);
  const expiresInSeconds = Math.max(1, Math.ceil((fromTime(expiresAt) - deps.clock.now()) / 1_000));
  const request = {
    ...asked.request,
    priority: Math.max(bestPriority, asked.request.priority),
    stream: false,
    relatedEntity: `batch/${id}`,
    expiresInSeconds,
  };
  const draft = await draftTask(deps, principal, request, idFrom("task", "batch", id, String(index)));
  const { response } = asked;
  const task: TaskDocument = { ...draft, batch: { id, line: index }, ...(response && { response }) };
  // Its page may be tried again, or left to another driver: nobody else is to wait for it.
  const cache = request.cache && { ...request.cache, coalesce: false };
  return deps.cache.prepare(task, { ...request, cache });
}

function toRefusal(
  { lines }: FeedDeps,
  { tenant }: BatchDocument,
  line: number,
  error: ConeaError,
): RefusalDocument {
  const { status, body } = lines.toRefusal(error);
  return { tenant, line, status, body: JSON.stringify(body) };
}

/** A task that no store takes, alone in its page. */
function toUnstorable(deps: FeedDeps, batch: BatchDocument, one: Prepared | undefined): Prepared {
  if (!one || "refusal" in one) throw new Error("a refusal could not be stored");
  const error = new ConeaError("invalid_request", "The body holds what cannot be stored.");
  return { refusal: toRefusal(deps, batch, batch.fed, error) };
}

function toWrite({ id }: BatchDocument, one: Prepared): Write {
  if ("task" in one) return { op: "create", path: taskPath(one.task.id), data: one.task };
  const path = `${batchPath(id)}/refusals/${toLineId(one.refusal.line)}`;
  return { op: "create", path, data: one.refusal };
}

/** The tasks are safe already: the first claim publishes again, and the sweep wakes every queue. */
async function announce(deps: FeedDeps, tasks: TaskDocument[]): Promise<void> {
  const queues = new Set(tasks.map(({ queue }) => queue));
  const told = await Promise.allSettled([
    ...[...queues].map((queue) => ensureWake(deps, { queue, reason: "ready" })),
    ...tasks.map((task) =>
      task.status === "succeeded" ? deps.cache.begin(task) : publishRecent(deps, task),
    ),
  ]);
  const failed = told.find((one) => one.status === "rejected");
  if (failed) deps.log.warn("a batch's page is left to the sweep", toErrorField(failed.reason));
}
