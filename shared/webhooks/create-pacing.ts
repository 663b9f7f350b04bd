import { toTime } from "../core/clock.ts";
import { afterFailure, afterSuccess, callsAllowed, letThrough } from "../queue/breaker.ts";
import { permitsAt, spendPermits } from "../queue/limiter.ts";
import type { EndpointDocument } from "./endpoint-document.ts";
import { type LineDocument, lineBreaker, toEndpointRates } from "./line-document.ts";
import { attemptMs } from "./send.ts";

/** How an endpoint may be called, as one shift goes on. Times are epoch milliseconds of the store. */
export type Pacing = {
  /** When the next call may start: `now` or later, or sooner where a call under way ends well. */
  nextStartAt(now: number): number;
  /** A call starts, at `latest` at the latest. */
  begin(callId: string, now: number, latest: number): void;
  end(callId: string, isGood: boolean, now: number): void;
  /** What whoever comes next must know. */
  learned(): Pick<LineDocument, "limiter" | "breaker" | "failingSince">;
};

/** A probe that has not ended by then has died with its shift. */
const longestProbeMs = attemptMs + 5_000;

export function createPacing(line: LineDocument, endpoint: Pick<EndpointDocument, "ratePerSecond">): Pacing {
  const rates = toEndpointRates(endpoint);
  let { limiter, breaker, failingSince } = line;
  return {
    nextStartAt(now) {
      const { count, nextAt } = callsAllowed(breaker, lineBreaker, now);
      if (count < 1) return nextAt ?? now + lineBreaker.openMs;
      return permitsAt(limiter, rates, now).nextAt;
    },
    begin(callId, now, latest) {
      limiter = spendPermits(limiter, rates, { now, startBy: latest }, 1);
      breaker = letThrough(breaker, [callId], now + longestProbeMs, now);
    },
    end(claim, isGood, now) {
      const ended = { claim, endedAt: now };
      failingSince = isGood ? undefined : (failingSince ?? toTime(now));
      breaker = isGood
        ? afterSuccess(breaker, ended, lineBreaker)
        : afterFailure(breaker, ended, lineBreaker, now);
    },
    learned: () => ({ limiter, breaker, ...(failingSince !== undefined && { failingSince }) }),
  };
}
