import { ConeaError, type ErrorCode } from "../../core/conea-error.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import { TaskFailure } from "./task-failure.ts";

/** An error as the vendor-compatible interfaces tell of it, before it has the shape of one of them. */
export type Failure = {
  status: number;
  /** In OpenAI's words where it has one, else in ours. */
  code: string;
  message: string;
  /** The field that is wrong. */
  param?: string;
  headers: Record<string, string>;
};

type Kind = { status: number; code: string; mayRetry?: boolean };

/**
 * SDKs repeat a call by its status (408, 409, 429 and 5xx) unless `x-should-retry` says otherwise. What Conea has tried as
 * often as it is told to is not worth another round; what it has not even accepted is.
 */
const kinds: Record<ErrorCode, Kind> = {
  invalid_request: { status: 400, code: "invalid_request" },
  invalid_json: { status: 400, code: "invalid_json" },
  invalid_encoding: { status: 400, code: "invalid_encoding" },
  unsupported_media_type: { status: 415, code: "unsupported_media_type" },
  too_large: { status: 413, code: "request_too_large" },
  unauthenticated: { status: 401, code: "invalid_api_key" },
  forbidden: { status: 403, code: "forbidden" },
  not_found: { status: 404, code: "not_found" },
  method_not_allowed: { status: 405, code: "method_not_allowed" },
  unknown_model: { status: 404, code: "model_not_found" },
  idempotency_key_reused: { status: 422, code: "idempotency_key_reused" },
  conflict: { status: 409, code: "conflict", mayRetry: false },
  queue_full: { status: 429, code: "rate_limit_exceeded", mayRetry: true },
  rate_limited: { status: 429, code: "rate_limit_exceeded", mayRetry: true },
  allowance_exhausted: { status: 402, code: "insufficient_quota", mayRetry: false },
  unavailable: { status: 503, code: "unavailable", mayRetry: true },
  internal: { status: 500, code: "internal_error" },
};

/** By the code of a task's error. Others are refusals of the vendor's that name no field. */
const taskKinds: Record<string, Kind> = {
  provider_rate_limited: { status: 429, code: "rate_limit_exceeded" },
  provider_overloaded: { status: 503, code: "provider_overloaded" },
  provider_timeout: { status: 504, code: "provider_timeout" },
  provider_connection: { status: 502, code: "provider_connection" },
  provider_unknown: { status: 502, code: "provider_unknown" },
  provider_authentication: { status: 502, code: "provider_authentication" },
  provider_invalid_request: { status: 400, code: "invalid_request" },
  provider_context_too_long: { status: 400, code: "context_length_exceeded" },
  provider_content_refused: { status: 400, code: "content_policy_violation" },
  provider_model_not_found: { status: 404, code: "model_not_found" },
  allowance_exhausted: { status: 402, code: "insufficient_quota" },
  blob_not_found: { status: 400, code: "blob_not_found" },
  content_not_kept: { status: 503, code: "content_not_kept", mayRetry: true },
  task_cancelled: { status: 409, code: "task_cancelled" },
  task_expired: { status: 504, code: "task_expired" },
  task_running: { status: 504, code: "task_running" },
  stream_interrupted: { status: 502, code: "stream_interrupted" },
};

/** What a caller is told of anything thrown. What is neither theirs nor a provider's is logged whole and told by its request's id. */
export function toFailure(thrown: unknown, { requestId, log }: { requestId: string; log: Log }): Failure {
  if (thrown instanceof TaskFailure) {
    const kind = taskKinds[thrown.code] ?? { status: 500, code: thrown.code };
    const headers = { ...toRetryHeader({ mayRetry: false, ...kind }), ...thrown.headers };
    return { status: kind.status, code: kind.code, message: thrown.message, headers };
  }
  const error = thrown instanceof ConeaError ? thrown : toInternal(thrown, requestId, log);
  const kind = kinds[error.code];
  const [field] = error.fields;
  const isRate = error.code === "queue_full" || error.code === "rate_limited";
  const seconds = isRate ? error.headers["Retry-After"] : undefined;
  return {
    status: kind.status,
    code: kind.code,
    message: error.message,
    ...(field?.field && { param: field.field }),
    headers: {
      ...error.headers,
      ...toRetryHeader(isSoon(seconds) ? kind : { ...kind, mayRetry: false }),
      ...(seconds !== undefined && {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": `${seconds}s`,
      }),
    },
  };
}

/** An SDK that is told to wait longer than a minute takes a wait of its own, and asks in vain. */
function isSoon(seconds: string | undefined): boolean {
  return seconds === undefined || Number(seconds) <= 60;
}

function toRetryHeader({ mayRetry }: Kind): Record<string, string> {
  return mayRetry === undefined ? {} : { "x-should-retry": String(mayRetry) };
}

function toInternal(thrown: unknown, requestId: string, log: Log): ConeaError {
  log.error("request failed by a fault of our own", { requestId, ...toErrorField(thrown) });
  return new ConeaError("internal", `Conea failed; the fault is logged under ${requestId}.`);
}
