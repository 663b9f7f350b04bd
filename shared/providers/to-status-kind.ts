import type { ProviderErrorKind } from "./provider-error.ts";

const kinds: Record<number, ProviderErrorKind> = {
  401: "authentication",
  403: "authentication",
  404: "model_not_found",
  408: "timeout",
  409: "overloaded",
  425: "overloaded",
  429: "rate_limited",
  504: "timeout",
};

/** What an HTTP status says when the vendor's own code says no more. 409 and 425 ask to be tried again. */
export function toStatusKind(status: number): ProviderErrorKind {
  const kind = kinds[status];
  if (kind) return kind;
  if (status >= 500) return "overloaded";
  return status >= 400 ? "invalid_request" : "unknown";
}
