import type { ConeaConfig } from "../config/conea-config.ts";
import { toErrorField } from "../core/log.ts";
import { currentSpan } from "../core/trace.ts";
import type { Platform } from "../platform/platform.ts";
import { type CallPermit, withPermit } from "../providers/call-permit.ts";
import type { Provider, ProviderAnswer, ProviderCall, ProviderDirectory } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import type { Report } from "../queue/apply-reports.ts";
import type { Claimed } from "../queue/claim-tasks.ts";
import type { Queue } from "../queue/queue-document.ts";
import { keepLease } from "./keep-lease.ts";
import { type LoadedInput, loadInput } from "./load-input.ts";
import type { AttemptFacts, Outcome } from "./next-state.ts";
import { createOutputPages, type OutputPages } from "./output-pages.ts";
import { type SettleDeps, settleAttempt } from "./settle-attempt.ts";
import { storeAnswer } from "./stored-files.ts";
import type { TaskDocument } from "./task-document.ts";
import { publishRecent } from "./task-events.ts";
import { type AbortReason, toOutcome } from "./to-outcome.ts";
import { toReport } from "./to-report.ts";
import { watchStall } from "./watch-stall.ts";

export type RunDeps = SettleDeps &
  Pick<Platform, "blobs"> & { config: ConeaConfig; providers: ProviderDirectory };

export type Ended = {
  report: Report;
  /** The permit had run out before the call could start. */
  isReturned: boolean;
};

/**
 * Runs a claimed task to the end of its attempt, settles it and resolves to what its queue must be told. Never rejects for
 * what a provider does; rejects when the store or the publisher stays unreachable, and leaves the claim to the sweep.
 */
export async function runClaimed(
  deps: RunDeps,
  claimed: Claimed,
  { queue, controller }: { queue: Queue; controller: AbortController },
): Promise<Ended> {
  const { task } = claimed;
  const startedAt = deps.clock.now();
  // Whoever kept the task may have gone before telling of it.
  const told = task.unpublished ? publishRecent(deps, task) : Promise.resolve();
  // It is awaited once the call has ended; without this a failure before then would count as unhandled.
  told.catch(() => undefined);
  const lease = keepLease(deps, claimed, () => controller.abort("superseded" satisfies AbortReason));
  const { outcome, facts } = await attempt(deps, claimed, controller);
  const endedAt = deps.clock.elapsed();
  const fence = await lease.stop();
  await told;
  // Who cancels tells of it; any other end that is not this claim's own is for the sweep to look at.
  const isCancelled = controller.signal.reason === ("cancelled" satisfies AbortReason);
  const isReturned = outcome?.kind === "returned";
  currentSpan().set({ "conea.outcome": outcome?.kind ?? "taken away" });
  const toEnd = (isTold: boolean) => toReport(task, { outcome, isTold, endedAt }, queue);
  if (!outcome) return { report: toEnd(isCancelled), isReturned };
  const settled = await settleAttempt(deps, { task, fence }, outcome, {
    startedAt,
    provider: task.queue,
    ...facts,
  });
  if (settled) logAttempt(deps, task, outcome, deps.clock.now() - startedAt);
  return { report: toEnd(settled), isReturned };
}

/** `outcome` is absent when the task was taken away meanwhile: there is nothing to settle. */
type Attempted = { outcome: Outcome | undefined; facts: Partial<AttemptFacts> };

async function attempt(
  deps: RunDeps,
  { task, fence, startBy }: Claimed,
  controller: AbortController,
): Promise<Attempted> {
  const facts: Partial<AttemptFacts> = {};
  if (fence === "") return { outcome: undefined, facts };
  const permit: CallPermit = { mayStart: () => deps.clock.elapsed() <= startBy, isRefused: false };
  let pages: OutputPages | undefined;
  try {
    const { provider, simulated } = await deps.providers.open(task.queue);
    facts.simulated = simulated;
    const loaded = await loadInput(deps, task);
    if (!permit.mayStart()) return { outcome: { kind: "returned" }, facts };
    pages = task.stream ? createOutputPages(deps, task) : undefined;
    const { result, usage, requestId, rateLimits } = await callProvider(deps, provider, {
      task,
      loaded,
      pages,
      controller,
      permit,
    });
    facts.outputPages = await pages?.finish();
    const stored = await storeAnswer(deps, task, result);
    return { outcome: toSuccess({ result: stored, usage, requestId, rateLimits }), facts };
  } catch (error) {
    if (permit.isRefused) return { outcome: { kind: "returned" }, facts };
    // Read before the pages are written: a cancel that comes meanwhile does not undo how the call has ended.
    const outcome = toOutcome(error, controller.signal.aborted ? controller.signal.reason : undefined);
    // The attempt has failed already; pages that cannot be written do not change that.
    facts.outputPages = await pages?.finish().catch(() => undefined);
    if (outcome?.kind === "failed" && outcome.error.code === "internal") {
      deps.log.error("attempt failed by a fault of our own", { taskId: task.id, ...toErrorField(error) });
    }
    return { outcome, facts };
  }
}

function toSuccess({
  result,
  usage,
  requestId,
  rateLimits,
}: Pick<Extract<Outcome, { kind: "succeeded" }>, "result"> & Omit<ProviderAnswer, "result">): Outcome {
  return {
    kind: "succeeded",
    result,
    usage,
    ...(requestId && { requestId }),
    ...(rateLimits && { rateLimits }),
  };
}

type CallParts = {
  task: TaskDocument;
  loaded: LoadedInput;
  pages: OutputPages | undefined;
  controller: AbortController;
  permit: CallPermit;
};

async function callProvider(
  { config, clock }: RunDeps,
  provider: Provider,
  { task, loaded, pages, controller, permit }: CallParts,
): Promise<ProviderAnswer> {
  // The method and the input belong to the same type: the request was parsed by it.
  const run = provider[task.type] as ((call: ProviderCall) => Promise<ProviderAnswer>) | undefined;
  if (!run) throw new ProviderError("model_not_found");
  const { signal } = controller;
  const giveUp = () => controller.abort("timeout" satisfies AbortReason);
  const { totalMs = 300_000, ...stalls } = config.providers[task.queue]?.timeouts ?? {};
  const cancelTimer = clock.after(totalMs, giveUp);
  // Only a stream shows signs of life before it is done.
  const stall = watchStall(clock, pages ? stalls : {}, giveUp);
  const onText = (text: string) => {
    stall.saw();
    if (!signal.aborted) pages?.write(text);
  };
  try {
    signal.throwIfAborted();
    const call: ProviderCall = {
      input: loaded.input,
      model: task.model === undefined ? "" : (config.models[task.model]?.name ?? task.model),
      signal,
      ...(pages && { onText, onProgress: stall.saw }),
      readBlob: async (blobId) =>
        loaded.uploads.get(blobId) ?? Promise.reject(new ProviderError("invalid_request")),
    };
    return await Promise.race([withPermit(permit, () => run(call)), rejectOnAbort(signal)]);
  } finally {
    cancelTimer();
    stall.stop();
  }
}

/** A call that ignores its signal must not hold the worker. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new Error("aborted"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  });
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
