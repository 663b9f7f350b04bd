import { totalTokens } from "../api/usage.ts";
import type { Report } from "../queue/apply-reports.ts";
import { claimKey, type Queue } from "../queue/queue-document.ts";
import { toCharge } from "../queue/token-window.ts";
import type { Outcome } from "./next-state.ts";
import type { TaskDocument } from "./task-document.ts";

/** A provider that is called too often and does not say for how long to stop. */
const shortQuietMs = 1_000;

/** How a claim ended. `outcome` is absent when the task was taken away meanwhile. */
export type ClaimEnd = Pick<Report, "isTold" | "endedAt"> & { outcome: Outcome | undefined };

/** What the end of a claim tells its queue. */
export function toReport(
  task: TaskDocument,
  { outcome, isTold, endedAt }: ClaimEnd,
  { limits }: Queue,
): Report {
  const charged = toCharge(task.estimatedTokens, limits.tokens);
  return {
    claim: claimKey(task),
    isTold,
    endedAt,
    health: toHealth(outcome),
    tokensOver: toTokensOver(outcome, charged),
    ...(outcome?.kind === "failed" &&
      outcome.rateLimited && { quietMs: outcome.retryAfterMs ?? shortQuietMs }),
    ...(outcome?.kind === "succeeded" && toWord(outcome, task)),
  };
}

/** Failures by which a provider answers, and so shows that it works. Others may come without a call having been made. */
const answers = new Set([
  "provider_invalid_request",
  "provider_context_too_long",
  "provider_content_refused",
]);

/** Being told to slow down says nothing of a provider's health, and neither does what the cache answered. */
function toHealth(outcome: Outcome | undefined): Report["health"] {
  if (outcome?.kind === "succeeded") return outcome.cache === "hit" ? "unknown" : "good";
  if (outcome?.kind !== "failed" || outcome.rateLimited) return "unknown";
  const { code, retryable } = outcome.error;
  if (answers.has(code)) return "good";
  return retryable && code !== "internal" ? "bad" : "unknown";
}

/** What was not called used nothing; what failed may have used anything up to the estimate. */
function toTokensOver(outcome: Outcome | undefined, charged: number): number {
  if (outcome?.kind === "returned") return -charged;
  return outcome?.kind === "succeeded" ? totalTokens(outcome.usage) - charged : 0;
}

/** What the provider's headers said of its limits. */
/** Left tokens for fewer tasks of the same size are worth telling of at once; vendors say of every answer what is left. */
const scarceTasks = 20;

function toWord(
  { rateLimits }: Extract<Outcome, { kind: "succeeded" }>,
  { estimatedTokens }: TaskDocument,
): Pick<Report, "quietMs" | "tokensLeft"> {
  const { requestsLeft, requestsResetMs, tokensLeft, tokensResetMs } = rateLimits ?? {};
  return {
    ...(requestsLeft === 0 && requestsResetMs !== undefined && { quietMs: requestsResetMs }),
    ...(tokensLeft !== undefined &&
      tokensResetMs !== undefined && {
        tokensLeft: {
          tokens: tokensLeft,
          forMs: tokensResetMs,
          isScarce: tokensLeft < scarceTasks * estimatedTokens,
        },
      }),
  };
}
