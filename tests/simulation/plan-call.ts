import { ProviderError, type ProviderErrorKind } from "../../shared/providers/provider-error.ts";
import type { Dice } from "./dice.ts";
import type { FaultKind, Faults } from "./faults.ts";
import type { QueuePlan } from "./scenario.ts";
import type { World } from "./world.ts";

/** What is going to become of a call. */
export type CallPlan = {
  /** When the vendor has done with it; `Infinity` for a call that hangs. */
  afterMs: number;
  error?: Error;
  /** Does not end when it is aborted. */
  isDeaf: boolean;
};

export type PlanCall = (label: string, queue: QueuePlan, isStream: boolean) => CallPlan;

const failures = {
  call_rate_limited: "rate_limited",
  call_rate_limited_for: "rate_limited",
  call_overloaded: "overloaded",
  call_timeout: "timeout",
  call_connection: "connection",
  call_unknown: "unknown",
} as const satisfies Partial<Record<FaultKind, ProviderErrorKind>>;
const failureKinds = Object.keys(failures) as (keyof typeof failures)[];

const refusals = [
  "invalid_request",
  "context_too_long",
  "content_refused",
  "authentication",
  "model_not_found",
] as const;

export type PlanParts = { world: World; faults: Faults; dice: Dice };

/** Decides what becomes of each call, by its task and how often that was called before: nothing else changes it. */
export function createPlanCall({ world, faults, dice }: PlanParts): PlanCall {
  const callsOf = new Map<string, number>();

  function throwDice(label: string): Dice {
    const nth = (callsOf.get(label) ?? 0) + 1;
    callsOf.set(label, nth);
    return dice.fork(`${label}/${nth}`);
  }

  function toError(own: Dice, isStream: boolean): Error | undefined {
    const failure = faults.firstOf(failureKinds, own);
    const retryAfterMs = failure === "call_rate_limited_for" ? own.between(500, 30_000) : undefined;
    if (failure) return new ProviderError(failures[failure], { retryAfterMs });
    if (faults.strikes("call_refused", own)) return new ProviderError(own.pick(refusals));
    if (faults.strikes("call_broken", own)) return new TypeError("a fault of our own");
    if (isStream && faults.strikes("call_cut", own)) return new ProviderError("connection");
    return undefined;
  }

  return (label, queue, isStream) => {
    const own = throwDice(label);
    const isDeaf = faults.strikes("call_deaf", own);
    const afterMs = own.between(...queue.callMs);
    const isOut = queue.outages.some(({ fromMs, untilMs }) => fromMs <= world.now() && world.now() < untilMs);
    if (isOut && own.chance(0.5)) return { afterMs, isDeaf, error: new ProviderError("overloaded") };
    if (isOut || faults.strikes("call_hangs", own)) return { afterMs: Number.POSITIVE_INFINITY, isDeaf };
    const error = toError(own, isStream);
    if (error) return { afterMs, isDeaf, error };
    const isLate = faults.strikes("call_late", own);
    return { afterMs: isLate ? own.between(afterMs, Math.floor(queue.totalMs * 1.2)) : afterMs, isDeaf };
  };
}
