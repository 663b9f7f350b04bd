import type { Principal } from "../access/principal.ts";
import type { TaskInput } from "../api/inputs.ts";
import { fromTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { idFrom } from "../core/ids.ts";
import { toErrorField } from "../core/log.ts";
import { InvalidDocument, type Write } from "../platform/documents.ts";
import type { Add, Admitted, Backpressure } from "../queue/backpressure.ts";
import { ensureWake } from "../queue/ensure-wake.ts";
import { createPurse, type Purse } from "../tasks/purse.ts";
import { storeInput } from "../tasks/stored-files.ts";
import { draftTask, type SubmitDeps } from "../tasks/submit-task.ts";
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
type Prepared = { task: TaskDocument; input: TaskInput } | { refusal: RefusalDocument };

/** The same with what is reserved for it. */
type Reserved = Prepared & { purse?: Purse };

/**
 * The batch after the page, `full` where the queue takes none of it or its owner's allowance is used up, `undefined` where
 * another driver was faster.
 */
export type Fed = BatchSnapshot | "full" | undefined;

/**
 * Makes tasks of the next lines of a batch, all of them in one commit with how far the batch has come: a crash, or another
 * driver at the same time, leaves all or nothing of it. Where the line has no room for all, or the allowances of the batch's owner do
 * not cover all, it takes as many as fit: the others wait, and nobody is refused.
 */
export async function feedPage(deps: FeedDeps, batch: BatchSnapshot, page: InputLine[]): Promise<Fed> {
  const prepared = await Promise.all(page.map((line) => prepare(deps, batch.data, line)));
  return feedPrepared(deps, batch, prepared);
}

async function feedPrepared(deps: FeedDeps, batch: BatchSnapshot, lines: Prepared[]): Promise<Fed> {
  const half = lines.slice(0, Math.ceil(lines.length / 2));
  const reserved = await reserveLines(deps, batch.data, lines);
  if (reserved.length === 0) return "full";
  try {
    return await keepPage(deps, batch, reserved);
  } catch (error) {
    giveBack(reserved);
    const isFull = error instanceof ConeaError && error.code === "queue_full";
    if (!isFull && !(error instanceof InvalidDocument)) throw error;
    if (lines.length > 1) return feedPrepared(deps, batch, half);
    return isFull ? "full" : feedPrepared(deps, batch, [toUnstorable(deps, batch.data, lines[0])]);
  }
}

/** As many lines, from the first one on, as the allowances of the batch's owner cover. */
async function reserveLines(deps: FeedDeps, batch: BatchDocument, lines: Prepared[]): Promise<Reserved[]> {
  const reserved: Reserved[] = [];
  for (const line of lines) {
    try {
      reserved.push("task" in line ? { ...line, ...(await reserveLine(deps, batch, line)) } : line);
    } catch (error) {
      if (error instanceof ConeaError && usedUp.has(error.code)) break;
      giveBack(reserved);
      throw error;
    }
  }
  return reserved;
}

const usedUp: ReadonlySet<string> = new Set(["rate_limited", "allowance_exhausted"]);

async function reserveLine(
  deps: FeedDeps,
  batch: BatchDocument,
  { task, input }: Extract<Prepared, { task: TaskDocument }>,
): Promise<{ task: TaskDocument; purse: Purse }> {
  const subject = { ...toOwner(batch), relatedEntity: `batch/${batch.id}` };
  const purse = await createPurse(deps, subject, task, async () => input);
  return { task: { ...task, ...purse.fields }, purse };
}

function giveBack(lines: Reserved[]): void {
  for (const { purse } of lines) purse?.giveBack();
}

async function keepPage(deps: FeedDeps, batch: BatchSnapshot, lines: Reserved[]): Promise<Fed> {
  const tasks = lines.flatMap((one) => ("task" in one ? [one.task] : []));
  const writes = lines.map((one) => toWrite(batch.data, one));
  const { fed, refused } = batch.data;
  const progress = {
    fed: fed + lines.length,
    refused: refused + lines.length - tasks.length,
    ...(tasks.some((task) => task.batch?.isUnstored) && { hasUnstored: true as const }),
  };
  let kept: BatchSnapshot | undefined;
  const purses = lines.flatMap(({ purse }) => purse ?? []);
  const isFresh = () => purses.every((purse) => purse.isFresh());
  const amounts = toAmounts(tasks);
  await admitAll(deps.backpressure, amounts, async (guards) => {
    // Where what is reserved may no longer be written, the next look reserves anew.
    if (!isFresh()) return "not needed";
    const commit = () =>
      changeBatch(deps, batch, progress, { writes: [...writes, ...guards], mayRepeat: isFresh });
    kept = await purses.reduceRight((next, purse) => () => purse.spend(next), commit)();
    if (kept) return "added";
    const latest = guards.length > 0 ? await deps.documents.get(batchPath(batch.data.id)) : undefined;
    return latest?.updateTime === batch.updateTime ? "overtaken" : "not needed";
  });
  if (!kept) giveBack(lines);
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
    const { draft, input } = await toDraft(deps, batch, line);
    return { task: { ...draft, input: await storeInput(deps, draft) }, input };
  } catch (error) {
    if (error instanceof ConeaError) return { refusal: toRefusal(deps, batch, line.index, error) };
    throw error;
  }
}

async function toDraft(deps: FeedDeps, batch: BatchDocument, { index, content }: InputLine) {
  const { id, endpoint, expiresAt } = batch;
  const principal = toOwner(batch);
  const { body, headers } = JSON.parse(content.toString("utf8")) as BatchLine;
  const asks = { ...batch.asks, ...deps.lines.readAsks(headers) };
  const allows = { isStored: asks.isStored !== false };
  const asked = await deps.lines.endpoints[endpoint]?.toTask(body, principal, allows);
  if (!asked) throw new ConeaError("invalid_request", `No batch is for ${endpoint}.`);
  const expiresInSeconds = Math.max(1, Math.ceil((fromTime(expiresAt) - deps.clock.now()) / 1_000));
  const request = {
    ...asked.request,
    ...(asks.cache && { cache: asks.cache }),
    priority: Math.max(bestPriority, asked.request.priority),
    stream: false,
    relatedEntity: `batch/${id}`,
    expiresInSeconds,
  };
  const draft = await draftTask(deps, principal, request, idFrom("task", "batch", id, String(index)));
  const { response, isStored } = asked;
  const place = { id, line: index, ...(!isStored && { isUnstored: true as const }) };
  const task: TaskDocument = { ...draft, batch: place, ...(response && { response }), unpublished: true };
  if (!isStored) return { draft: task, input: request.input };
  // Its page may be tried again, or left to another driver: nobody else is to wait for it.
  const cache = request.cache && { ...request.cache, coalesce: false };
  return { draft: await deps.cache.prepare(task, { ...request, cache }), input: request.input };
}

/** Whoever asked for the batch, as they were then. */
function toOwner({ tenant, createdBy: user, keyId, role = "user" }: BatchDocument): Principal {
  return { tenant, user, role, ...(keyId && { keyId }) };
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
