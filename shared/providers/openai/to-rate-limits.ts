import { dropAbsent } from "../drop-absent.ts";
import type { RateLimits } from "../provider.ts";
import { toCount } from "../to-count.ts";
import { toDurationMs } from "../to-duration-ms.ts";

/** What the headers of an answer say of the account's limits; a reset is the time until nothing of a limit is used. */
export function toRateLimits(headers: Pick<Headers, "get">): RateLimits | undefined {
  return dropAbsent<RateLimits>({
    requestsLeft: toCount(headers.get("x-ratelimit-remaining-requests")),
    requestsResetMs: toDurationMs(headers.get("x-ratelimit-reset-requests")),
    tokensLeft: toCount(headers.get("x-ratelimit-remaining-tokens")),
    tokensResetMs: toDurationMs(headers.get("x-ratelimit-reset-tokens")),
  });
}
