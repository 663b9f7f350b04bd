import { STATUS_CODES } from "node:http";
import type { Problem } from "../api/problem.ts";
import { ConeaError, type ErrorCode } from "../core/conea-error.ts";
import { type Log, toErrorField } from "../core/log.ts";

const statuses: Record<ErrorCode, number> = {
  invalid_request: 422,
  invalid_json: 400,
  invalid_encoding: 400,
  unsupported_media_type: 415,
  too_large: 413,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  unknown_model: 404,
  idempotency_key_reused: 422,
  conflict: 409,
  queue_full: 429,
  rate_limited: 429,
  allowance_exhausted: 402,
  unavailable: 503,
  internal: 500,
};

/**
 * The one place where errors become HTTP. What is not a `ConeaError` is a fault of ours: it is logged whole, and the caller
 * learns only the request's id.
 */
export function toProblem(thrown: unknown, { requestId, log }: { requestId: string; log: Log }): Response {
  const error = thrown instanceof ConeaError ? thrown : toInternal(thrown, requestId, log);
  const status = statuses[error.code];
  const problem: Problem = {
    type: `urn:conea:problem:${error.code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.fields.length > 0 && { errors: error.fields }),
  };
  return Response.json(problem, {
    status,
    headers: { ...error.headers, "Content-Type": "application/problem+json" },
  });
}

function toInternal(thrown: unknown, requestId: string, log: Log): ConeaError {
  log.error("request failed by a fault of our own", { requestId, ...toErrorField(thrown) });
  return new ConeaError("internal", `Conea failed; the fault is logged under ${requestId}.`);
}
