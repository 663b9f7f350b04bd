import type { NotKept, StoredJson, TaskResult } from "../api/results.ts";
import type { Route } from "../api/route.ts";
import type { Attempt, AttemptOutcome, TaskError, Usage } from "../api/task.ts";
import type { RetryConfig } from "../config/conea-config.ts";
import { fromTime, toTime } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { Charge } from "../pricing/add-cost.ts";
import type { RateLimits } from "../providers/provider.ts";
import { decideRescue, type Failure, freshRescue } from "../routing/decide-rescue.ts";
import { addCharge, toCharge } from "./add-charge.ts";
import { backoffMs } from "./backoff.ts";
import { contentNotKept } from "./held-content.ts";
import { keptAttempts, type TaskDocument } from "./task-document.ts";
import { toTurn } from "./to-turn.ts";

/** How a claim ended. */
export type Outcome =
  | {
      kind: "succeeded";
      result: TaskResult | StoredJson | NotKept;
      usage: Usage;
      requestId?: string;
      rateLimits?: RateLimits;
      /** Where the cache gave the result, or some of it. */
      cache?: "hit" | "partial";
      /** What the answer had cost that the cache gave, where that is known. */
      savedMicros?: number;
    }
  | { kind: "failed"; error: TaskError; rateLimited: boolean; retryAfterMs?: number; requestId?: string }
  /** The process is shutting down: no fault of the provider. */
  | { kind: "interrupted" }
  /** The worker disappeared and its lease ran out. */
  | { kind: "lost" }
  /** The permit was too old: nothing was called. */
  | { kind: "returned" };

export type AttemptFacts = {
  provider: string;
  startedAt: number;
  firstTokenMs?: number;
  outputPages?: number;
  /** The attempt whose text it went on from. */
  continues?: number;
  simulated?: boolean;
  /** What it was charged for; absent where it was not charged. */
  charge?: Charge | undefined;
};

export type NextStateOptions = {
  now: number;
  retry: RetryConfig;
  random: Random;
  /** Candidates, by their place in the route, whose call nobody pays for; 0 where there is no route. */
  barred?: readonly number[];
};

/** The fields to change on the task's document, and those to take away. */
export type TaskChange = {
  fields: Partial<TaskDocument> & Pick<TaskDocument, "status">;
  removes: ("leaseUntil" | "startBy" | "notBefore" | "model" | "simulated")[];
};

const claimEnd: TaskChange["removes"] = ["leaseUntil", "startBy"];
const taskEnd: TaskChange["removes"] = [...claimEnd, "notBefore"];

/** What becomes of a running task, from how its claim ended. Pure. */
export function nextState(
  task: TaskDocument,
  outcome: Outcome,
  facts: AttemptFacts,
  options: NextStateOptions,
): TaskChange {
  if (outcome.kind === "returned") {
    return { fields: { status: "ready", attemptCount: task.attemptCount - 1 }, removes: claimEnd };
  }
  const counts = outcome.kind !== "interrupted" && !isForgiven(outcome, facts);
  const attemptsUsed = task.attemptsUsed + (counts ? 1 : 0);
  const charge = toCharge(outcome, facts);
  const attempt = toAttempt(task, outcome, { ...facts, charge }, options.now);
  const common = {
    attempts: [...task.attempts, attempt].slice(-keptAttempts),
    attemptsUsed,
    ...addCharge(task, outcome.kind === "lost" ? "unknown" : charge),
  };
  if (outcome.kind === "succeeded") return succeed(common, outcome, options.now);
  const change = decide({ ...task, ...common }, outcome, facts, options);
  return { ...change, fields: { ...common, ...change.fields } };
}

function succeed(
  common: Partial<TaskDocument>,
  { result, cache, savedMicros }: Extract<Outcome, { kind: "succeeded" }>,
  now: number,
): TaskChange {
  const saved = savedMicros !== undefined && { savedMicros };
  return {
    fields: {
      ...common,
      status: "succeeded",
      result,
      completedAt: toTime(now),
      ...(cache && { cache }),
      ...saved,
    },
    removes: taskEnd,
  };
}

/** Being told to slow down uses up no attempt, nor does a model that turns out not to go on from a text. */
function isForgiven(outcome: Outcome, { continues }: AttemptFacts): boolean {
  if (outcome.kind !== "failed") return false;
  const isPrefillRefused = continues !== undefined && outcome.error.code === "provider_invalid_request";
  return outcome.rateLimited || isPrefillRefused;
}

function decide(
  task: TaskDocument,
  outcome: Exclude<Outcome, { kind: "returned" | "succeeded" }>,
  facts: AttemptFacts,
  options: NextStateOptions,
): TaskChange {
  const completedAt = toTime(options.now);
  // Its content goes with the process that was to run it.
  if (task.heldBy !== undefined && (outcome.kind === "interrupted" || outcome.kind === "lost"))
    return { fields: { status: "failed", error: contentNotKept, completedAt }, removes: taskEnd };
  const { barred = [] } = options;
  const isBarred = barred.includes(task.route?.at ?? 0);
  // Nothing was wrong with the provider.
  if (outcome.kind === "interrupted" && isBarred)
    return { fields: { status: "failed", error: allowanceExhausted, completedAt }, removes: taskEnd };
  if (outcome.kind === "interrupted") return { fields: { status: "ready" }, removes: claimEnd };
  const error = outcome.kind === "lost" ? lostError : outcome.error;
  if (task.route)
    return rescue(task, task.route, toFailure(task, outcome, facts, error), { ...options, error });
  if (!error.retryable) return { fields: { status: "failed", error, completedAt }, removes: taskEnd };
  const handedBack = outcome.kind === "failed" && outcome.rateLimited;
  if (isBarred || (!handedBack && task.attemptsUsed >= options.retry.attempts)) {
    return { fields: { status: "dead", error, completedAt }, removes: taskEnd };
  }
  if (outcome.kind === "lost") return { fields: { status: "ready" }, removes: claimEnd };
  const notBefore = toTime(options.now + retryDelayMs(task, outcome, options));
  return { fields: { status: "scheduled", notBefore }, removes: claimEnd };
}

function toFailure(
  task: TaskDocument,
  outcome: Extract<Outcome, { kind: "failed" | "lost" }>,
  { outputPages = 0, continues }: AttemptFacts,
  { code, retryable }: TaskError,
): Failure {
  return {
    code,
    retryable,
    ...(outcome.kind === "failed" &&
      outcome.retryAfterMs !== undefined && { retryAfterMs: outcome.retryAfterMs }),
    ...(continues !== undefined && { continued: true }),
    ...(task.mayContinue && (outputPages > 0 || continues !== undefined) && { hasText: true }),
  };
}

/** Where there are alternatives: the same candidate again, another one, or the end. */
function rescue(
  task: TaskDocument,
  route: Route,
  failure: Failure,
  { now, retry, random, error, barred = [] }: NextStateOptions & { error: TaskError },
): TaskChange {
  const { candidates, at } = route;
  const state = task.rescue ?? freshRescue;
  const decision = decideRescue({ candidates, at, state, failure, retry, random, now, barred });
  if (decision.kind === "end") {
    const told = toldError(task, error);
    const status = told.retryable ? "dead" : "failed";
    return {
      fields: { status, error: told, rescue: decision.state, completedAt: toTime(now) },
      removes: taskEnd,
    };
  }
  const turn = decision.at === at ? undefined : toTurn(route, decision.at);
  const wait =
    decision.afterMs > 0
      ? { status: "scheduled" as const, notBefore: toTime(now + decision.afterMs) }
      : { status: "ready" as const };
  return {
    fields: { ...wait, rescue: decision.state, ...turn?.fields },
    removes: [...claimEnd, ...(turn?.removes ?? [])],
  };
}

/** A key that does not work, or a model that is not there, says less than how the others failed. */
const uninformative: ReadonlySet<string> = new Set(["provider_authentication", "provider_model_not_found"]);

function toldError({ attempts }: TaskDocument, error: TaskError): TaskError {
  if (!uninformative.has(error.code)) return error;
  const better = attempts.findLast((attempt) => attempt.error && !uninformative.has(attempt.error.code));
  return better?.error ?? error;
}

const lostError: TaskError = {
  code: "worker_lost",
  message: "The worker that ran the task disappeared before it could report.",
  retryable: true,
};

export const allowanceExhausted: TaskError = {
  code: "allowance_exhausted",
  message: "What is left of the allowance does not cover another call.",
  retryable: false,
};

function retryDelayMs(
  task: TaskDocument,
  { rateLimited, retryAfterMs = 0 }: Extract<Outcome, { kind: "failed" }>,
  { retry, random }: NextStateOptions,
): number {
  const failures = rateLimited ? trailing(task.attempts, "rate_limited") : task.attemptsUsed;
  return Math.max(retryAfterMs, backoffMs(failures, retry, random));
}

function trailing(attempts: Attempt[], outcome: AttemptOutcome): number {
  const other = attempts.findLastIndex((attempt) => attempt.outcome !== outcome);
  return attempts.length - 1 - other;
}

export function toAttempt(
  task: TaskDocument,
  outcome: Outcome | { kind: "cancelled" },
  facts: AttemptFacts,
  now: number,
): Attempt {
  return {
    n: task.attemptCount,
    provider: facts.provider,
    ...(task.model && { model: task.model }),
    startedAt: toTime(facts.startedAt),
    endedAt: toTime(Math.max(now, facts.startedAt)),
    outcome: toAttemptOutcome(outcome),
    ...(outcome.kind === "failed" && { error: outcome.error }),
    ...(outcome.kind === "lost" && { error: lostError }),
    ...(outcome.kind === "succeeded" && { usage: outcome.usage }),
    ...facts.charge,
    ...("requestId" in outcome && outcome.requestId && { requestId: outcome.requestId }),
    ...(facts.firstTokenMs !== undefined && { firstTokenMs: Math.round(facts.firstTokenMs) }),
    ...(facts.outputPages !== undefined && { outputPages: facts.outputPages }),
    ...(task.route && { candidate: task.route.at }),
    ...(facts.continues !== undefined && { continues: facts.continues }),
    ...("cache" in outcome && outcome.cache === "hit" && { cached: true as const }),
    ...(facts.simulated && { simulated: true as const }),
  };
}

function toAttemptOutcome(outcome: Outcome | { kind: "cancelled" }): AttemptOutcome {
  if (outcome.kind === "failed") return outcome.rateLimited ? "rate_limited" : "failed";
  return outcome.kind === "returned" ? "interrupted" : outcome.kind;
}

/** The time a running task's claim began, for an attempt nobody can report on. */
export function claimedAt(task: TaskDocument, leaseMs: number): number {
  return task.leaseUntil ? fromTime(task.leaseUntil) - leaseMs : 0;
}
