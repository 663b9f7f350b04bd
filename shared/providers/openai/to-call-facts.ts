import { headersOf } from "../../platform/headers-of.ts";
import type { ProviderAnswer } from "../provider.ts";
import { toRateLimits } from "./to-rate-limits.ts";

/** What the headers of an answer say beside its content. */
export function toCallFacts(response: Response): Pick<ProviderAnswer, "requestId" | "rateLimits"> {
  const headers = headersOf(response);
  const requestId = headers.get("x-request-id");
  const rateLimits = toRateLimits(headers);
  return { ...(requestId && { requestId }), ...(rateLimits && { rateLimits }) };
}
