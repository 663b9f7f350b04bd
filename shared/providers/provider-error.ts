export type ProviderErrorKind =
  | "rate_limited"
  | "overloaded"
  | "timeout"
  | "connection"
  | "invalid_request"
  | "context_too_long"
  | "content_refused"
  | "authentication"
  | "model_not_found"
  | "unknown";

/** Whether another attempt may help, and what a caller is told: ours, since a vendor's text may quote the prompt or the key. */
const kinds: Record<ProviderErrorKind, { retryable: boolean; sentence: string }> = {
  rate_limited: { retryable: true, sentence: "The provider is receiving more calls than it allows." },
  overloaded: { retryable: true, sentence: "The provider is overloaded or failing." },
  timeout: { retryable: true, sentence: "The provider did not answer in time." },
  connection: { retryable: true, sentence: "The connection to the provider failed or was cut." },
  invalid_request: { retryable: false, sentence: "The provider refused the request as invalid." },
  context_too_long: {
    retryable: false,
    sentence: "The input is longer than the model's context; shorten it or choose a model with a larger one.",
  },
  content_refused: { retryable: false, sentence: "The provider refused the content under its usage policy." },
  authentication: {
    retryable: false,
    sentence: "The provider refused Conea's key for it; an administrator must check that key.",
  },
  model_not_found: {
    retryable: false,
    sentence: "The provider does not have this model, or not for this account.",
  },
  unknown: { retryable: true, sentence: "The provider answered in a way that could not be understood." },
};

export type ProviderErrorOptions = {
  cause?: unknown;
  /** The vendor's `Retry-After`: a lower bound in milliseconds. */
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
  status?: number | undefined;
  /** The vendor's machine-readable code, such as `context_length_exceeded`; anything else is dropped. */
  vendorCode?: string | null | undefined;
  /** The parameter the vendor complains about, such as `messages[0].role`; anything else is dropped. */
  parameter?: string | null | undefined;
};

const safeToken = /^[A-Za-z0-9_.[\]-]{1,64}$/;

function toDetails({ vendorCode, parameter, status }: ProviderErrorOptions): string {
  const parts = [
    vendorCode && safeToken.test(vendorCode) ? `code ${vendorCode}` : undefined,
    parameter && safeToken.test(parameter) ? `parameter ${parameter}` : undefined,
    status ? `HTTP ${status}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}

/** What a vendor did. The message holds none of the vendor's own text and is safe to send to callers. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly kind: ProviderErrorKind;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;

  constructor(kind: ProviderErrorKind, options: ProviderErrorOptions = {}) {
    super(kinds[kind].sentence + toDetails(options), { cause: options.cause });
    this.kind = kind;
    this.retryable = kinds[kind].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.requestId = options.requestId;
  }
}
