import { terminalStatuses } from "../api/task-type.ts";
import type { Cache } from "../cache/create-cache.ts";
import { callAll, type Recalled } from "../cache/recall.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import { toErrorField } from "../core/log.ts";
import { currentSpan } from "../core/trace.ts";
import type { Write } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Prices } from "../pricing/create-prices.ts";
import type { CallPermit } from "../providers/call-permit.ts";
import type { ProviderDirectory } from "../providers/provider.ts";
import type { Report } from "../queue/apply-reports.ts";
import type { Claimed } from "../queue/claim-tasks.ts";
import type { Queue } from "../queue/queue-document.ts";
import { tryCommit } from "../queue/try-commit.ts";
import type { Catalogue } from "../routing/catalogue.ts";
import type { HealthBook } from "../routing/health-book.ts";
import { callProvider } from "./call-provider.ts";
import { chargeAttempt } from "./charge-attempt.ts";
import { findContinuation } from "./continuation.ts";
import type { HeldContent } from "./held-content.ts";
import { keepCutAttempt } from "./keep-cut-attempt.ts";
import { keepLease } from "./keep-lease.ts";
import type { LiveOutput } from "./live-output.ts";
import { type LoadedInput, loadInput } from "./load-input.ts";
import type { AttemptFacts, Outcome } from "./next-state.ts";
import { createOutputPages, type OutputPages } from "./output-pages.ts";
import { type SettleDeps, settleAttempt } from "./settle-attempt.ts";
import { storeAnswer } from "./stored-files.ts";
import { isNotKept, type TaskDocument } from "./task-document.ts";
import { publishClaimed } from "./task-events.ts";
import { type AbortReason, toOutcome } from "./to-outcome.ts";
import { toReport } from "./to-report.ts";
import { createUsageMeter } from "./usage-meter.ts";

export type RunDeps = SettleDeps &
  Pick<Platform, "blobs"> & {
    config: ConeaConfig;
    providers: ProviderDirectory;
    catalogue: Catalogue;
    health: HealthBook;
    live: LiveOutput;
    cache: Cache;
    held: HeldContent;
    prices: Prices;
  };

export type Ended = {
  report: Report;
  /** The permit had run out before the call could start. */
  isReturned: boolean;
  /** What has become of the task, if this process settled it. */
  settled?: TaskDocument;
};

/**
 * Runs a claimed task to the end of its attempt, settles it and resolves to what its queue must be told, also where the store
 * or the publisher stays unreachable: then the task is left to the sweep. Never rejects for what a provider does.
 */
export async function runClaimed(
  deps: RunDeps,
  claimed: Claimed,
  { queue, controller }: { queue: Queue; controller: AbortController },
): Promise<Ended> {
  const { task } = claimed;
  const startedAt = deps.clock.now();
  // The call does not wait for it. What fails here is the sweep's to tell: no answer is given up for it.
  const told = publishClaimed(deps, task).then(
    () => true,
    () => false,
  );
  const lease = keepLease(deps, claimed, () => controller.abort("superseded" satisfies AbortReason));
  const { outcome, facts, firstTokenMs, lastPage } = await attempt(deps, claimed, controller);
  const endedAt = deps.clock.elapsed();
  const fence = await lease.stop();
  const isStartTold = await told;
  // Who cancels tells of it; any other end that is not this claim's own is for the sweep to look at.
  const isCancelled = controller.signal.reason === ("cancelled" satisfies AbortReason);
  const isReturned = outcome?.kind === "returned";
  currentSpan().set({ "conea.outcome": outcome?.kind ?? "taken away" });
  const toEnd = (isTold: boolean) => toReport(task, { outcome, isTold, endedAt }, queue);
  const done =
    outcome &&
    (await settle(
      deps,
      { task, fence },
      outcome,
      {
        startedAt,
        provider: task.queue,
        ...(firstTokenMs !== undefined && { firstTokenMs }),
        ...facts,
      },
      lastPage,
    ));
  if (!outcome || !done) {
    deps.live.forget(task.id, task.attemptCount);
    if (!outcome) {
      // Who follows would wait for a page that is counted and not there.
      if (!(await isWritten(deps, lastPage))) delete facts.outputPages;
      // Somebody else may have cancelled it.
      await keepCutAttempt(deps, task, { startedAt, provider: task.queue, ...facts });
    }
    return { report: toEnd(!outcome && isCancelled), isReturned };
  }
  const { task: settled, isTold } = done;
  // Before it is told of: whoever hears of the end may look whether the content is still needed.
  if (terminalStatuses.has(settled.status)) deps.held.end(task.id);
  deps.live.settle(settled);
  const durationMs = deps.clock.now() - startedAt;
  logAttempt(deps, task, outcome, durationMs);
  // A text of two attempts is nobody's answer.
  const isWhole = facts.continues === undefined;
  if (outcome.kind === "succeeded" && !outcome.cache && isWhole && !isNotKept(outcome.result))
    deps.cache.keep(task, outcome.result, facts.charge?.costMicros);
  const report = toEnd(isStartTold && isTold);
  await noteHealth(deps, task, { outcome, facts, report, durationMs, firstTokenMs });
  return { report, isReturned, settled };
}

/** Those who follow see all that a task wrote that was taken away. */
async function isWritten({ documents }: RunDeps, lastPage: Write | undefined): Promise<boolean> {
  return lastPage === undefined || (await tryCommit(documents, lastPage).catch(() => false));
}

/** The call has ended, whatever becomes of its settling: its queue hears of it while the task is left to its lease. */
async function settle(...end: Parameters<typeof settleAttempt>) {
  try {
    return await settleAttempt(...end);
  } catch (error) {
    const [{ log }, { task }] = end;
    log.error("a claim was left to its lease", { taskId: task.id, ...toErrorField(error) });
    return undefined;
  }
}

type Measured = Pick<Attempted, "facts" | "firstTokenMs"> & {
  outcome: Outcome;
  report: Report;
  durationMs: number;
};

/** Measures the model; what may go elsewhere has other processes know, since they choose by it. */
async function noteHealth(
  { health }: RunDeps,
  { model, route }: TaskDocument,
  { outcome, facts, report, durationMs, firstTokenMs }: Measured,
): Promise<void> {
  if (model === undefined || ("cache" in outcome && outcome.cache)) return;
  if (report.health !== "unknown") {
    const times = { totalMs: durationMs, ...(firstTokenMs !== undefined && { firstTokenMs }) };
    health.note(model, { isGood: report.health === "good", ...(outcome.kind === "succeeded" && times) });
  }
  if (facts.continues !== undefined && isRefused(outcome)) health.noteNoPrefill(model);
  if (route) await health.share(model);
}

function isRefused(outcome: Outcome): boolean {
  return outcome.kind === "failed" && outcome.error.code === "provider_invalid_request";
}

/** `outcome` is absent when the task was taken away meanwhile: there is nothing to settle. */
type Attempted = {
  outcome: Outcome | undefined;
  facts: Partial<AttemptFacts>;
  firstTokenMs?: number | undefined;
  /** Of its live text, to be written with its end. */
  lastPage?: Write | undefined;
};

async function attempt(
  deps: RunDeps,
  { task, fence, startBy }: Claimed,
  controller: AbortController,
): Promise<Attempted> {
  const facts: Partial<AttemptFacts> = {};
  const meter = createUsageMeter();
  const startedAt = deps.clock.now();
  let loaded: LoadedInput | undefined;
  const charge = async (outcome: Outcome | undefined) => {
    if (loaded)
      facts.charge = await chargeAttempt(deps, { task, input: loaded.input, startedAt, meter, outcome });
    return outcome;
  };
  if (fence === "") return { outcome: undefined, facts };
  const permit: CallPermit = { mayStart: () => deps.clock.elapsed() <= startBy, isRefused: false };
  const isHeld = task.heldBy !== undefined;
  let pages: OutputPages | undefined;
  try {
    const { provider, simulated } = await deps.providers.open(task.queue);
    facts.simulated = simulated;
    loaded = await loadInput(deps, task);
    const continuation = await findContinuation(deps, task);
    const recall = continuation ? callAll : await deps.cache.recall(task, loaded.input);
    if (!permit.mayStart()) return { outcome: { kind: "returned" }, facts };
    if (continuation) {
      facts.continues = continuation.attempt;
      deps.live.continueFrom(task.id, task.attemptCount, continuation.text);
    }
    pages = task.stream && !isHeld ? createOutputPages(deps, task) : undefined;
    const onText = (text: string) => {
      deps.live.publish(task.id, task.attemptCount, text);
      pages?.write(text);
    };
    const parts = { task, loaded, recall, continuation, onText, controller, permit, meter };
    const called = await callProvider(deps, provider, parts);
    const { result, firstTokenMs } = called;
    // It is charged for, whatever becomes of it here.
    if (called.cache !== "hit") meter.sawUsage(called.usage);
    const finished = await pages?.finish();
    facts.outputPages = finished?.count;
    const stored = isHeld ? deps.held.keepAnswer(task.id, result) : await storeAnswer(deps, task, result);
    const outcome = await charge(toSuccess(called, stored));
    return { outcome, facts, firstTokenMs, lastPage: finished?.last };
  } catch (error) {
    if (permit.isRefused) return { outcome: { kind: "returned" }, facts };
    // Read before the pages are written: a cancel that comes meanwhile does not undo how the call has ended.
    const outcome = toOutcome(error, controller.signal.aborted ? controller.signal.reason : undefined);
    // The attempt has failed already; pages that cannot be written do not change that.
    const finished = await pages?.finish().catch(() => undefined);
    facts.outputPages = finished?.count;
    if (outcome?.kind === "failed" && outcome.error.code === "internal") {
      deps.log.error("attempt failed by a fault of our own", { taskId: task.id, ...toErrorField(error) });
    }
    return { outcome: await charge(outcome), facts, lastPage: finished?.last };
  }
}

type Success = Extract<Outcome, { kind: "succeeded" }>;

/** `result`: the answer's, as it is kept. */
function toSuccess(
  { usage, requestId, rateLimits, cache, savedMicros }: Recalled,
  result: Success["result"],
): Success {
  return {
    kind: "succeeded",
    result,
    usage,
    ...(requestId && { requestId }),
    ...(rateLimits && { rateLimits }),
    ...(cache && { cache }),
    ...(savedMicros !== undefined && { savedMicros }),
  };
}

function logAttempt({ log }: RunDeps, task: TaskDocument, outcome: Outcome, durationMs: number): void {
  log.info("attempt settled", {
    taskId: task.id,
    tenant: task.tenant,
    provider: task.queue,
    attempt: task.attemptCount,
    outcome: outcome.kind,
    durationMs,
    ...(task.model && { model: task.model }),
    ...(outcome.kind === "failed" && { code: outcome.error.code }),
  });
}
