import type { RateLimits } from "../provider.ts";
import { toCount } from "../to-count.ts";

/** The requests left of the hour. The vendor does not say when the hour ends. */
export function toRateLimits(headers: Pick<Headers, "get">): RateLimits | undefined {
  const requestsLeft = toCount(headers.get("x-ratelimit-remaining"));
  return requestsLeft === undefined ? undefined : { requestsLeft };
}
