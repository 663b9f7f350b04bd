import { z } from "zod";
import { ProviderError, type ProviderErrorKind } from "../provider-error.ts";
import { toRetryAfterMs } from "../to-retry-after-ms.ts";
import { toStatusKind } from "../to-status-kind.ts";
import { toTransportError } from "../to-transport-error.ts";

const Text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined);

/** The `error` of an answer or of a stream's event. Servers that only speak the protocol put numbers into `code`. */
const VendorError = z.object({ message: Text, type: Text, param: Text, code: Text });
type VendorError = z.infer<typeof VendorError>;

/** The SDK's `APIError`, by shape: it is not imported before the first call. */
const ApiError = z.object({
  status: z.number().optional().catch(undefined),
  headers: z.instanceof(Headers).optional().catch(undefined),
  error: VendorError.optional().catch(undefined),
});

/** Classes whatever a call of the SDK threw. */
export function toProviderError(thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const { status, headers, error } = ApiError.safeParse(thrown).data ?? {};
  if (status === undefined && error === undefined) return toTransportError(thrown);
  return new ProviderError(toKind(status, error ?? {}), {
    cause: thrown,
    status,
    vendorCode: error?.code ?? error?.type,
    parameter: error?.param,
    retryAfterMs: toRetryAfterMs(headers),
    requestId: headers?.get("x-request-id") ?? undefined,
  });
}

type Rule = { kind: ProviderErrorKind; test: (error: VendorError, status: number) => boolean };

const says = (pattern: RegExp) => (error: VendorError) =>
  pattern.test(`${error.code ?? ""} ${error.type ?? ""}`);

/** In order; the status decides where none holds. The message is looked into, and never passed on. */
const rules: Rule[] = [
  { kind: "context_too_long", test: says(/context_length_exceeded|exceed_context_size/) },
  // Embeddings, and servers such as vLLM, say it in the message alone.
  {
    kind: "context_too_long",
    test: ({ message }, status) => status < 429 && /maximum context length/i.test(message ?? ""),
  },
  {
    kind: "content_refused",
    test: says(/content_policy|content_filter|policy_violation|moderation_blocked|invalid_prompt/),
  },
  { kind: "model_not_found", test: says(/model_not_found/) },
  // An account without money answers 429 too, but waiting does not help: an administrator must.
  {
    kind: "authentication",
    test: says(/insufficient_quota|credit_balance|(spend|usage)_limit_exceeded|billing_|invalid_api_key/),
  },
  // Larger than what the account may send in a minute: it can never fit.
  {
    kind: "invalid_request",
    test: ({ message }, status) => status === 429 && /^request too large/i.test(message ?? ""),
  },
];

/** For an event inside a stream, whose status was 200 long ago. */
const eventRules: Rule[] = [
  { kind: "rate_limited", test: says(/rate_limit|too_many_requests/) },
  { kind: "invalid_request", test: says(/invalid_request/) },
  { kind: "overloaded", test: says(/server_error|overloaded|unavailable|internal/) },
];

function toKind(status: number | undefined, error: VendorError): ProviderErrorKind {
  const known = status ?? toStatus(error.code);
  const applicable = known === undefined ? [...rules, ...eventRules] : rules;
  const rule = applicable.find(({ test }) => test(error, known ?? 400));
  return rule?.kind ?? toStatusKind(known ?? 0);
}

function toStatus(code: string | null | undefined): number | undefined {
  return code && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}
