import type { Provider, ProviderAnswer, ProviderCall } from "../../shared/providers/provider.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { labelOfContent } from "./evidence.ts";
import type { CallEnd, Health, History } from "./history.ts";
import type { Instance } from "./instance.ts";
import { type CallPlan, createPlanCall, type PlanParts } from "./plan-call.ts";
import type { QueuePlan } from "./scenario.ts";
import type { World } from "./world.ts";

export type Vendor = {
  /** The provider behind a queue as one instance calls it. */
  connect(instance: Instance, queue: QueuePlan): Provider;
  /** Ends the calls of processes that are gone, as an operator who recovers from a disaster is sure of. */
  hangUp(): void;
};

type Call = CallPlan & {
  number: number;
  label: string;
  text: string;
  instance: Instance;
  queue: QueuePlan;
  asked: ProviderCall<"chat">;
  hangUp: () => void;
};

/** The vendors behind all queues. */
export function createVendor(parts: PlanParts & { history: History }): Vendor {
  const { world, history } = parts;
  const planCall = createPlanCall(parts);
  const all: Call[] = [];

  function open(instance: Instance, queue: QueuePlan, asked: ProviderCall<"chat">): Call {
    const label = labelOfContent(asked.input.messages[0]?.content);
    const number = all.length + 1;
    const prefill = toPrefill(asked);
    const isRefused = prefill !== undefined && queue.prefill !== "goes on";
    const plan = isRefused ? refusal : planCall(label, queue, asked.onText !== undefined);
    history.record({ kind: "callStarted", call: number, label, queue: queue.id, by: instance.name });
    const text = goOn(`${label} by call ${number}`, prefill);
    const call: Call = { ...plan, number, label, text, instance, queue, asked, hangUp: () => undefined };
    all.push(call);
    return call;
  }

  return {
    hangUp() {
      for (const call of all) call.hangUp();
    },
    connect: (instance, queue) => ({
      async chat(asked) {
        // As fetch: nothing is sent for a signal that has aborted before.
        asked.signal.throwIfAborted();
        return run(world, history, open(instance, queue, asked));
      },
    }),
  };
}

/** A model that does not go on from a text says so at once. */
const refusal: CallPlan = { afterMs: 5, isDeaf: false, error: new ProviderError("invalid_request") };

/** The text that a call is to go on from. */
function toPrefill({ input: { messages } }: ProviderCall<"chat">): string | undefined {
  const last = messages.at(-1);
  return last?.role === "assistant" ? last.content : undefined;
}

/** All texts of a task begin the same: what is to be gone on from is the beginning of any. */
function goOn(text: string, prefill = ""): string {
  if (!text.startsWith(prefill)) throw new Error(`${JSON.stringify(prefill)} was never said`);
  return text.slice(prefill.length);
}

function run(world: World, history: History, call: Call): Promise<ProviderAnswer<"chat">> {
  const { instance, queue, asked, afterMs, error, isDeaf } = call;
  const stopSaying = sayText(world, call);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (how: CallEnd, settle: () => void) => {
      if (isOver) return;
      isOver = true;
      if (how !== "answered") stopSaying();
      history.record(toEntry(call, how));
      instance.enter(settle);
    };
    const fail = (reason: Error) => end("failed", () => reject(reason));
    const answer = () => end("answered", () => resolve(toAnswer(call)));
    if (Number.isFinite(afterMs)) world.after(afterMs, () => (error ? fail(error) : answer()));
    // A process that has gone leaves its connection to be closed by the vendor, in time.
    world.after(queue.totalMs, () => instance.isAlive() || end("cut off", () => undefined));
    call.hangUp = () => instance.isAlive() || end("cut off", () => undefined);
    const abort = () => end("aborted", () => (isDeaf ? undefined : reject(new Error("aborted"))));
    asked.signal.addEventListener("abort", abort);
  });
}

/** Says the text of a streamed call in three pieces while it lasts; one that fails gets as far as the second. */
function sayText(world: World, { asked: { onText }, text, error, afterMs, instance }: Call): () => void {
  if (!onText) return () => undefined;
  let isOver = false;
  const pieces = [text.slice(0, 2), text.slice(2, 4), ...(error ? [] : [text.slice(4)])];
  const stepMs = Number.isFinite(afterMs) ? afterMs / 4 : 400;
  pieces.forEach((piece, index) => {
    world.after(Math.floor(stepMs * (index + 1)), () => instance.enter(() => isOver || onText(piece)));
  });
  return () => {
    isOver = true;
  };
}

function toAnswer({ number, text, label, asked }: Call): ProviderAnswer<"chat"> {
  // Different for near calls, and below what a task is taken to write at most.
  const wanted = 1 + ((number * 317) % 900);
  const outputTokens = Math.min(wanted, asked.input.maxOutputTokens ?? wanted);
  return {
    result: { text, finishReason: "stop" },
    usage: { inputTokens: label.length, cachedInputTokens: 0, outputTokens },
    requestId: `call-${number}`,
  };
}

function toEntry(call: Call, end: CallEnd) {
  const { number, label, queue, error, asked } = call;
  const { usage } = toAnswer(call);
  const retryAfterMs = error instanceof ProviderError ? error.retryAfterMs : undefined;
  return {
    kind: "callEnded" as const,
    call: number,
    label,
    queue: queue.id,
    end,
    health: toHealth(end, error, asked.signal),
    tokens: end === "answered" ? usage.inputTokens + usage.outputTokens : 0,
    ...(end === "failed" && retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** A refusal shows a provider that works; being told to slow down says nothing of its health. */
function toHealth(end: CallEnd, error: Error | undefined, signal: AbortSignal): Health {
  if (end === "answered") return "good";
  if (end === "aborted") return signal.reason === "timeout" ? "bad" : "unknown";
  if (!(error instanceof ProviderError) || error.kind === "rate_limited") return "unknown";
  return error.retryable ? "bad" : "good";
}
