import type { OpenAiBatch, OpenAiBatchStatus } from "../../api/openai/batches.ts";
import type { BatchDocument } from "../../batches/batch-document.ts";
import { fromTime } from "../../core/clock.ts";

/** A batch in OpenAI's shape. Pure. */
export function toBatch(batch: BatchDocument): OpenAiBatch {
  const { id, endpoint, inputFileId, outputFileId, errorFileId, metadata, endedAt } = batch;
  const status = toStatus(batch);
  const endedAs = (one: OpenAiBatchStatus) => (status === one ? toSeconds(endedAt) : null);
  return {
    id,
    object: "batch",
    endpoint,
    errors: toErrors(batch),
    input_file_id: inputFileId,
    completion_window: "24h",
    status,
    output_file_id: outputFileId ?? null,
    error_file_id: errorFileId ?? null,
    created_at: seconds(batch.createdAt),
    in_progress_at: toSeconds(batch.runningAt),
    expires_at: seconds(batch.expiresAt),
    finalizing_at: toSeconds(batch.finalizingAt),
    completed_at: endedAs("completed"),
    failed_at: endedAs("failed"),
    expired_at: endedAs("expired"),
    cancelling_at: toSeconds(batch.cancelledAt),
    cancelled_at: endedAs("cancelled"),
    request_counts: { total: batch.total, completed: batch.completed, failed: batch.failed },
    metadata: metadata ?? null,
  };
}

function toStatus({ phase, stoppedBy, errors }: BatchDocument): OpenAiBatchStatus {
  if (phase === "ended") return errors ? "failed" : (stoppedBy ?? "completed");
  if (stoppedBy === "cancelled") return "cancelling";
  if (phase === "validating") return "validating";
  return phase === "running" ? "in_progress" : "finalizing";
}

function toErrors({ errors }: BatchDocument): OpenAiBatch["errors"] {
  if (!errors) return null;
  const data = errors.map(({ code, message, line, param }) => ({
    code,
    message,
    param: param ?? null,
    line: line ?? null,
  }));
  return { object: "list", data };
}

function toSeconds(time: string | undefined): number | null {
  return time === undefined ? null : seconds(time);
}

function seconds(time: string): number {
  return Math.floor(fromTime(time) / 1_000);
}
