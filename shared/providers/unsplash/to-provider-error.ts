import { ProviderError, type ProviderErrorKind } from "../provider-error.ts";
import { toRetryAfterMs } from "../to-retry-after-ms.ts";
import { toStatusKind } from "../to-status-kind.ts";

/** Says what an error answer means. Nothing of the vendor's text goes on. */
export function toProviderError({ status, headers }: Response, body: unknown): ProviderError {
  return new ProviderError(toKind(status, headers, body), {
    retryAfterMs: toRetryAfterMs(headers),
    requestId: headers.get("x-request-id") ?? undefined,
    status,
  });
}

/** A spent limit is a 403 with a sentence, until the hour is over; a query the vendor takes for spam is a 410. */
function toKind(status: number, headers: Headers, body: unknown): ProviderErrorKind {
  if (status === 403 && (isLimit(body) || headers.get("x-ratelimit-remaining") === "0"))
    return "rate_limited";
  if (status === 410) return "content_refused";
  // The vendor has no models: what it does not find is an image, or nothing that was asked for properly.
  return status === 404 ? "invalid_request" : toStatusKind(status);
}

function isLimit(body: unknown): boolean {
  return /rate limit exceeded/i.test(typeof body === "string" ? body : JSON.stringify(body ?? ""));
}
