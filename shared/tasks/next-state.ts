import type { StoredJson, TaskResult } from "../api/results.ts";
import type { Attempt, AttemptOutcome, TaskError, Usage } from "../api/task.ts";
import type { RetryConfig } from "../config/conea-config.ts";
import { fromTime, toTime } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { RateLimits } from "../providers/provider.ts";
import { backoffMs } from "./backoff.ts";
import { keptAttempts, type TaskDocument } from "./task-document.ts";

/** How a claim ended. */
export type Outcome =
  | {
      kind: "succeeded";
      result: TaskResult | StoredJson;
      usage: Usage;
      requestId?: string;
      rateLimits?: RateLimits;
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
  outputPages?: number;
  simulated?: boolean;
};

export type NextStateOptions = { now: number; retry: RetryConfig; random: Random };

/** The fields to change on the task's document, and those to take away. */
export type TaskChange = {
  fields: Partial<TaskDocument> & Pick<TaskDocument, "status">;
  removes: ("leaseUntil" | "startBy" | "notBefore")[];
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
  const counts = outcome.kind !== "interrupted" && !(outcome.kind === "failed" && outcome.rateLimited);
  const attemptsUsed = task.attemptsUsed + (counts ? 1 : 0);
  const attempt = toAttempt(task, outcome, facts, options.now);
  const common = { attempts: [...task.attempts, attempt].slice(-keptAttempts), attemptsUsed };
  const change = decide({ ...task, ...common }, outcome, options);
  return { ...change, fields: { ...common, ...change.fields } };
}

function decide(
  task: TaskDocument,
  outcome: Exclude<Outcome, { kind: "returned" }>,
  options: NextStateOptions,
): TaskChange {
  const completedAt = toTime(options.now);
  if (outcome.kind === "succeeded") {
    const { result, usage } = outcome;
    return { fields: { status: "succeeded", result, usage, completedAt }, removes: taskEnd };
  }
  if (outcome.kind === "interrupted") return { fields: { status: "ready" }, removes: claimEnd };
  const error = outcome.kind === "lost" ? lostError : outcome.error;
  if (!error.retryable) return { fields: { status: "failed", error, completedAt }, removes: taskEnd };
  const handedBack = outcome.kind === "failed" && outcome.rateLimited;
  if (!handedBack && task.attemptsUsed >= options.retry.attempts) {
    return { fields: { status: "dead", error, completedAt }, removes: taskEnd };
  }
  if (outcome.kind === "lost") return { fields: { status: "ready" }, removes: claimEnd };
  const notBefore = toTime(options.now + retryDelayMs(task, outcome, options));
  return { fields: { status: "scheduled", notBefore }, removes: claimEnd };
}

const lostError: TaskError = {
  code: "worker_lost",
  message: "The worker that ran the task disappeared before it could report.",
  retryable: true,
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

function toAttempt(task: TaskDocument, outcome: Outcome, facts: AttemptFacts, now: number): Attempt {
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
    ...("requestId" in outcome && outcome.requestId && { requestId: outcome.requestId }),
    ...(facts.outputPages !== undefined && { outputPages: facts.outputPages }),
    ...(facts.simulated && { simulated: true as const }),
  };
}

function toAttemptOutcome(outcome: Outcome): AttemptOutcome {
  if (outcome.kind === "failed") return outcome.rateLimited ? "rate_limited" : "failed";
  return outcome.kind === "returned" ? "interrupted" : outcome.kind;
}

/** The time a running task's claim began, for an attempt nobody can report on. */
export function claimedAt(task: TaskDocument, leaseMs: number): number {
  return task.leaseUntil ? fromTime(task.leaseUntil) - leaseMs : 0;
}
