import { dropAbsent } from "../drop-absent.ts";
import type { RateLimits } from "../provider.ts";
import { toCount } from "../to-count.ts";
import { toUntilMs } from "./to-until-ms.ts";

type ReadableHeaders = Pick<Headers, "get">;
type Limit = { left?: number; resetMs?: number };

const tokenLimits = ["tokens", "input-tokens", "output-tokens"];

/**
 * What the headers of an answer say of the account's limits. The vendor counts tokens read and written apart and
 * together: the limit with the fewest left is the one that holds.
 */
export function toRateLimits(headers: ReadableHeaders, now: () => number = Date.now): RateLimits | undefined {
  const requests = toLimit(headers, "requests", now);
  const [tokens] = tokenLimits
    .map((name) => toLimit(headers, name, now))
    .toSorted((a, b) => leftOf(a) - leftOf(b));
  return dropAbsent<RateLimits>({
    requestsLeft: requests.left,
    requestsResetMs: requests.resetMs,
    tokensLeft: tokens?.left,
    tokensResetMs: tokens?.resetMs,
  });
}

function toLimit(headers: ReadableHeaders, name: string, now: () => number): Limit {
  return {
    left: toCount(headers.get(`anthropic-ratelimit-${name}-remaining`)),
    resetMs: toUntilMs(headers.get(`anthropic-ratelimit-${name}-reset`), headers.get("date"), now),
  };
}

function leftOf({ left = Number.MAX_VALUE }: Limit): number {
  return left;
}
