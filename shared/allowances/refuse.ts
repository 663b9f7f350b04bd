import type { AllowanceState } from "../api/allowances.ts";
import { fromTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import { toRateLimitHeaders } from "./to-rate-limit-headers.ts";

/** How long somebody should wait who was refused for want of what ends of itself. */
const activeRetrySeconds = 5;

const named = {
  requests: "requests",
  tokens: "tokens",
  micros: "micro-dollars",
  activeTasks: "tasks at a time",
} as const;
const each = { min: "a minute", hour: "an hour", day: "a day", month: "a month" } as const;
const whose = { user: "this user", key: "this key", tenant: "this tenant", relatedEntity: "this entity" };

/** What a caller is told whom an allowance refuses: what is left, of how much, and when it renews. `asked`: what was needed. */
export function toRefusal(
  refused: { state: AllowanceState; asked: number }[],
  { states, now }: { states: readonly AllowanceState[]; now: number },
): ConeaError {
  // Money refuses for longest.
  const worst = refused.find(({ state }) => state.measure === "micros") ?? refused[0];
  if (!worst) throw new Error("nothing was refused");
  const { state } = worst;
  const code = state.measure === "micros" ? "allowance_exhausted" : "rate_limited";
  return new ConeaError(code, toSentence(worst), {
    headers: {
      "Retry-After": String(toRetrySeconds(state, now)),
      ...toRateLimitHeaders(states, now),
    },
  });
}

function toSentence({ state, asked }: { state: AllowanceState; asked: number }): string {
  const { measure, limit, left, scope, renewsAt, period } = state;
  const per = period ? ` ${each[period]}` : "";
  const needed = asked > 1 ? `, and this needs ${asked}` : "";
  const renews = renewsAt ? `It renews at ${renewsAt}.` : "It is free again when a task ends.";
  return `The allowance of ${limit} ${named[measure]}${per} of ${whose[scope]} has ${left} left${needed}. ${renews}`;
}

function toRetrySeconds({ renewsAt }: AllowanceState, now: number): number {
  if (renewsAt === undefined) return activeRetrySeconds;
  return Math.max(1, Math.ceil((fromTime(renewsAt) - now) / 1_000));
}
