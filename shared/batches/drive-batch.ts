import { fromTime, toTime } from "../core/clock.ts";
import type { Platform } from "../platform/platform.ts";
import { type AssembleDeps, assembleResults } from "./assemble-results.ts";
import { type BatchDocument, type BatchPhase, type BatchSnapshot, batchPath } from "./batch-document.ts";
import { tellBatch } from "./batch-events.ts";
import { batchSizes } from "./batch-sizes.ts";
import { changeBatch } from "./change-batch.ts";
import { countLines } from "./count-lines.ts";
import { endBatch } from "./end-batch.ts";
import { type FeedDeps, feedPage } from "./feed-page.ts";
import { type FileDocument, filePath } from "./file-document.ts";
import { forgetLines, hasToForget } from "./forget-lines.ts";
import { inPages, readLines } from "./read-lines.ts";
import { stopLines } from "./stop-lines.ts";
import { validateInput } from "./validate-input.ts";

export type DriveDeps = FeedDeps & AssembleDeps;

/** `again`: the next step can be done now. `waiting`: for tasks, for room in a line, or for another driver. */
type Step = (
  deps: DriveDeps,
  batch: BatchSnapshot,
  input: FileDocument,
  until: number,
) => Promise<"again" | "waiting">;

export type Driven = "ended" | "waiting" | "unfinished";

/**
 * Takes a batch as far as it goes until `until` (epoch ms). May be called at any time, also twice at once and after any crash:
 * every step is one commit that holds only where the batch is as the step found it. Before the next one, what it made so is told.
 */
export async function driveBatch(deps: DriveDeps, batchId: string, until: number): Promise<Driven> {
  for (;;) {
    const batch = await deps.documents.get<BatchDocument>(batchPath(batchId));
    if (!batch) return "ended";
    if (await tellBatch(deps, batch)) continue;
    if (batch.data.phase === "ended") return "ended";
    const step = isOverdue(batch.data, deps.clock.now()) ? expire : steps[batch.data.phase];
    const next = await step(deps, batch, await readInput(deps, batch.data), until);
    if (next === "waiting") return "waiting";
    if (deps.clock.now() >= until) return "unfinished";
  }
}

function isOverdue({ phase, expiresAt }: BatchDocument, now: number): boolean {
  return (phase === "validating" || phase === "running") && fromTime(expiresAt) <= now;
}

async function readInput(
  { documents }: Pick<Platform, "documents">,
  { inputFileId }: BatchDocument,
): Promise<FileDocument> {
  const file = await documents.get<FileDocument>(filePath(inputFileId));
  if (!file) throw new Error(`file ${inputFileId} has no document`);
  return file.data;
}

const goesOn = (next: BatchSnapshot | undefined) => (next ? "again" : "waiting");

const expire: Step = async (deps, batch) => {
  const finalizingAt = toTime(deps.clock.now());
  return goesOn(await changeBatch(deps, batch, { phase: "stopping", stoppedBy: "expired", finalizingAt }));
};

const validate: Step = async (deps, batch, input) => {
  const checked = await validateInput(deps, input, batch.data.endpoint);
  if ("errors" in checked) return goesOn(await endBatch(deps, batch, checked));
  const runningAt = toTime(deps.clock.now());
  return goesOn(await changeBatch(deps, batch, { ...checked, phase: "running", runningAt }));
};

const run: Step = async (deps, batch, input, until) => {
  const { fed, total } = batch.data;
  if (fed === total) return settle(deps, batch);
  return feed(deps, batch, input, until);
};

async function feed(
  deps: DriveDeps,
  batch: BatchSnapshot,
  input: FileDocument,
  until: number,
): Promise<"again" | "waiting"> {
  let current = batch;
  const lines = readLines(deps, input, batch.data.partLines, batch.data.fed);
  for await (const page of inPages(lines, deps.sizes ?? batchSizes)) {
    const next = await feedPage(deps, current, page);
    if (next === "full") return tell(deps, current);
    if (!next?.updateTime) return "waiting";
    // A page that did not fit whole: the line is full by now.
    if (next.data.fed < current.data.fed + page.length) return tell(deps, next);
    current = next;
    if (deps.clock.now() >= until) break;
  }
  return "again";
}

/** All lines are tasks: once all have ended, the results are written. */
async function settle(deps: DriveDeps, batch: BatchSnapshot): Promise<"again" | "waiting"> {
  const { open, completed, failed } = await countLines(deps, batch.data);
  if (open > 0) return tell(deps, batch, { completed, failed });
  const finalizingAt = toTime(deps.clock.now());
  return goesOn(await changeBatch(deps, batch, { phase: "assembling", finalizingAt, completed, failed }));
}

/** Lets callers see how far it is, where that has changed. */
async function tell(
  deps: DriveDeps,
  batch: BatchSnapshot,
  counts?: Pick<BatchDocument, "completed" | "failed">,
): Promise<"waiting"> {
  const { completed, failed } = counts ?? (await countLines(deps, batch.data));
  const isNews = completed !== batch.data.completed || failed !== batch.data.failed;
  if (isNews) await changeBatch(deps, batch, { completed, failed });
  return "waiting";
}

const stop: Step = async (deps, batch) => {
  if ((await stopLines(deps, batch.data.id)) > 0) return "again";
  const { open, completed, failed } = await countLines(deps, batch.data);
  if (open > 0) return tell(deps, batch, { completed, failed });
  return goesOn(await changeBatch(deps, batch, { phase: "assembling", completed, failed }));
};

const assemble: Step = async (deps, batch, input, until) => {
  if (hasToForget(batch.data)) return goesOn(await forgetLines(deps, batch));
  if (batch.data.assembled === batch.data.total) return goesOn(await endBatch(deps, batch));
  return goesOn(await assembleResults(deps, batch, input, until));
};

const steps: Record<BatchPhase, Step> = {
  validating: validate,
  running: run,
  stopping: stop,
  assembling: assemble,
  ended: async () => "waiting",
};
