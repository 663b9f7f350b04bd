import { ProviderError, type ProviderErrorKind } from "../provider-error.ts";
import { toRetryAfterMs } from "../to-retry-after-ms.ts";
import { toStatusKind } from "../to-status-kind.ts";
import { toTransportError } from "../to-transport-error.ts";

/** What the SDK's `APIError` carries, read by name so that the SDK need not be loaded to know one. */
type Failure = {
  status?: number;
  headers?: Headers;
  /** The vendor's class of the error, also inside a stream, where there is no status. */
  type?: string | null;
  errorCode?: string | null;
  apiMessage?: string | null;
};

const kinds: Record<string, ProviderErrorKind> = {
  authentication_error: "authentication",
  billing_error: "authentication",
  permission_error: "authentication",
  not_found_error: "model_not_found",
  request_too_large: "context_too_long",
  rate_limit_error: "rate_limited",
  timeout_error: "timeout",
  overloaded_error: "overloaded",
  api_error: "overloaded",
};

/** Refusals that the vendor tells apart by their sentence alone. */
const sentences: [RegExp, ProviderErrorKind][] = [
  [/prompt is too long|exceeds? (the )?(model's )?context (limit|window)/i, "context_too_long"],
  [/content filtering policy/i, "content_refused"],
  [/credit balance is too low/i, "authentication"],
];

/** Says what a failed call means. Nothing of the vendor's sentence goes on but the name of a parameter. */
export function toProviderError(thrown: unknown): ProviderError {
  const failure = toFailure(thrown);
  if (!failure) return toTransportError(thrown);
  return new ProviderError(toKind(failure), {
    cause: thrown,
    retryAfterMs: toRetryAfterMs(failure.headers),
    requestId: failure.headers?.get("request-id") ?? undefined,
    status: failure.status,
    vendorCode: failure.errorCode ?? failure.type,
    parameter: toParameter(failure.apiMessage),
  });
}

function toFailure(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof Error) || !("apiMessage" in thrown)) return undefined;
  const failure = thrown as Failure;
  return failure.status || failure.type ? failure : undefined;
}

function toKind({ status, type, apiMessage }: Failure): ProviderErrorKind {
  if (type === "invalid_request_error") {
    const known = sentences.find(([sentence]) => sentence.test(apiMessage ?? ""));
    if (known) return known[1];
  }
  if (status === 402) return "authentication";
  if (status === 413) return "context_too_long";
  return kinds[type ?? ""] ?? toStatusKind(status ?? 400);
}

/** The vendor begins with the parameter it means: `messages.0.content: …`. Only its own names are believed. */
const parameter =
  /^((?:messages|system|tools|tool_choice|output_config|thinking|max_tokens|model|stop_sequences|temperature|top_p)(?:\.\w+)*): /;

function toParameter(message: string | null | undefined): string | undefined {
  return parameter.exec(message ?? "")?.[1];
}
