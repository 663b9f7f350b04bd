import type { Recall, Recalled } from "../cache/recall.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Clock } from "../core/clock.ts";
import { type CallPermit, withPermit } from "../providers/call-permit.ts";
import type { Provider, ProviderAnswer, ProviderCall } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import type { Catalogue } from "../routing/catalogue.ts";
import type { HealthBook } from "../routing/health-book.ts";
import { callLimits } from "./call-limits.ts";
import { capInput, cutAtCap } from "./cap-output.ts";
import { type Continuation, withPrefill } from "./continuation.ts";
import { createJoint } from "./join-text.ts";
import type { LoadedInput } from "./load-input.ts";
import type { TaskDocument } from "./task-document.ts";
import type { AbortReason } from "./to-outcome.ts";
import type { UsageMeter } from "./usage-meter.ts";
import { watchStall } from "./watch-stall.ts";

export type CallDeps = { config: ConeaConfig; clock: Clock; catalogue: Catalogue; health: HealthBook };

export type CallParts = {
  task: TaskDocument;
  loaded: LoadedInput;
  recall: Recall;
  /** What the attempt goes on from. */
  continuation: Continuation | undefined;
  /** Takes each piece of what is new, as it comes. */
  onText: (text: string) => void;
  controller: AbortController;
  permit: CallPermit;
  meter: UsageMeter;
};

export type Called = Recalled & {
  /** How long the model took to begin; unknown for what is not streamed. */
  firstTokenMs?: number;
};

/** How a stream opens before it says anything: with a role or an empty message, and a sign of life. */
const openingEvents = 2;

/** Makes the one call of an attempt, within its limits. Aborts it, and rejects, when one is passed. */
export async function callProvider(deps: CallDeps, provider: Provider, parts: CallParts): Promise<Called> {
  const { task, loaded, recall, continuation, controller, permit, meter } = parts;
  // The method and the input belong to the same type: the request was parsed by it.
  const run = provider[task.type] as ((call: ProviderCall) => Promise<ProviderAnswer>) | undefined;
  if (!run) throw new ProviderError("model_not_found");
  const { signal } = controller;
  const isStreamed = task.stream || watchesStream(task);
  const watch = watchCall(deps, task, { isStreamed, controller });
  const joint = continuation && createJoint(continuation.text, parts.onText);
  const onText = (text: string) => {
    watch.sawText();
    meter.sawText(text);
    if (!signal.aborted) joint ? joint.write(text) : parts.onText(text);
  };
  try {
    signal.throwIfAborted();
    const input = capInput(loaded.input, task);
    const call: ProviderCall = {
      input: continuation ? withPrefill(input, continuation.text) : input,
      model: await vendorName(deps, task),
      signal,
      ...(isStreamed && { onText, onProgress: watch.sawProgress }),
      onUsage: meter.sawUsage,
      readBlob: async (blobId) =>
        loaded.uploads.get(blobId) ?? Promise.reject(new ProviderError("invalid_request")),
    };
    const called = withPermit(permit, () => recall(call, cutAtCap(run, task.outputCap)));
    const answer = await orAbort(called, signal);
    const whole = toWhole(answer, continuation, joint?.end());
    const firstTokenMs = watch.firstTokenMs();
    return firstTokenMs === undefined ? whole : { ...whole, firstTokenMs };
  } finally {
    // Where the call has failed, what the joint holds back is dropped: it may only say again what was delivered.
    watch.stop();
  }
}

/** What may go elsewhere is streamed from the vendor in any case: only a stream shows in time that nothing comes. */
function watchesStream({ type, route }: TaskDocument): boolean {
  return route !== undefined && (type === "chat" || type === "completion");
}

function vendorName({ catalogue }: CallDeps, { model, queue }: TaskDocument): string | Promise<string> {
  return model === undefined ? "" : catalogue.nameOf({ model, queue });
}

/** The text of an attempt that went on from another is that one's and what is new. */
function toWhole(answer: Recalled, continuation: Continuation | undefined, fresh = ""): Recalled {
  if (!continuation || !("text" in answer.result)) return answer;
  return { ...answer, result: { ...answer.result, text: continuation.text + fresh } };
}

type WatchParts = { isStreamed: boolean; controller: AbortController };

function watchCall(
  { config, clock, health }: CallDeps,
  task: TaskDocument,
  { isStreamed, controller }: WatchParts,
) {
  const giveUp = () => controller.abort("timeout" satisfies AbortReason);
  const known = { retry: config.retry, health: health.peek(task.model ?? "") };
  const { totalMs, ...stalls } = callLimits(config.providers[task.queue]?.timeouts, task, known);
  const cancelTimer = clock.after(totalMs, giveUp);
  // Only a stream shows signs of life before it is done.
  const stall = watchStall(clock, isStreamed ? stalls : {}, giveUp);
  const startedAt = clock.now();
  let firstTokenMs: number | undefined;
  let opening = task.route ? openingEvents : 0;
  const saw = () => {
    firstTokenMs ??= clock.now() - startedAt;
    stall.saw();
  };
  return {
    sawText: saw,
    sawProgress() {
      if (opening > 0 && firstTokenMs === undefined) opening -= 1;
      else saw();
    },
    firstTokenMs: () => firstTokenMs,
    stop() {
      cancelTimer();
      stall.stop();
    },
  };
}

/** A call that ignores its signal must not hold the worker. */
function orAbort<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error("aborted"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    call.then(resolve, reject);
  });
}
