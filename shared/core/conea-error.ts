/** Every code a caller may receive. Stable: callers branch on it. */
export type ErrorCode =
  | "invalid_request"
  | "invalid_json"
  | "invalid_encoding"
  | "unsupported_media_type"
  | "too_large"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "unknown_model"
  | "idempotency_key_reused"
  | "conflict"
  | "queue_full"
  | "rate_limited"
  | "allowance_exhausted"
  | "unavailable"
  | "internal";

export type FieldProblem = { field: string; message: string };

export type ConeaErrorOptions = {
  cause?: unknown;
  /** Which fields of the request are wrong, as paths such as `input.messages[0].role`. */
  fields?: FieldProblem[];
  /** Headers the answer must carry, such as `Allow` or `Retry-After`. */
  headers?: Record<string, string>;
};

/** What a caller did, or may do about it. The message is written for the caller and safe to send. */
export class ConeaError extends Error {
  override readonly name = "ConeaError";
  readonly code: ErrorCode;
  readonly fields: FieldProblem[];
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, message: string, options: ConeaErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? [];
    this.headers = options.headers ?? {};
  }
}
