import type { TaskError } from "../api/task.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { ContentNotKept, contentNotKept } from "./held-content.ts";
import { UploadMissing } from "./load-input.ts";
import type { Outcome } from "./next-state.ts";

/** Why a call is aborted from our side. */
export type AbortReason = "timeout" | "cancelled" | "shutdown" | "superseded";

/**
 * How a claim ended, from what was thrown while it ran; `undefined` when the task was taken away meanwhile, so that
 * there is nothing to settle.
 */
export function toOutcome(thrown: unknown, reason: AbortReason | undefined): Outcome | undefined {
  if (reason === "cancelled" || reason === "superseded") return undefined;
  if (reason === "shutdown") return { kind: "interrupted" };
  if (reason === "timeout") return toFailed(new ProviderError("timeout"));
  if (thrown instanceof ProviderError) return toFailed(thrown);
  return {
    kind: "failed",
    rateLimited: false,
    error: toError(thrown),
  };
}

function toError(thrown: unknown): TaskError {
  if (thrown instanceof ContentNotKept) return contentNotKept;
  return thrown instanceof UploadMissing ? uploadMissing : internalError;
}

function toFailed(error: ProviderError): Outcome {
  return {
    kind: "failed",
    error: { code: `provider_${error.kind}`, message: error.message, retryable: error.retryable },
    rateLimited: error.kind === "rate_limited",
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    ...(error.requestId && { requestId: error.requestId }),
  };
}

const internalError: TaskError = {
  code: "internal",
  message: "Conea failed while it ran the task; the fault is logged under the task's id.",
  retryable: true,
};

const uploadMissing: TaskError = {
  code: "blob_not_found",
  message: "An upload the input refers to is not there (any more); upload it again and submit a new task.",
  retryable: false,
};
