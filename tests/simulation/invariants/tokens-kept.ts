import { toRate } from "../../../shared/config/rate.ts";
import type { CallSpan, Evidence } from "../evidence.ts";
import type { QueuePlan } from "../scenario.ts";
import type { Invariant } from "../violation.ts";

/** In any window of a token limit, the calls that start use at most its count. No call here uses more than its estimate. */
export const tokensKept: Invariant = {
  name: "no window holds too many tokens",
  check: (evidence) => evidence.scenario.queues.flatMap((queue) => checkQueue(evidence, queue)),
};

function checkQueue({ calls }: Evidence, { id, limits: { tokens } }: QueuePlan) {
  const rate = tokens === undefined ? undefined : toRate(tokens);
  if (!rate) return [];
  const own = calls.filter(({ queue }) => queue === id);
  return own.flatMap((last) => {
    const used = sumTokens(
      own.filter(({ startAt }) => startAt <= last.startAt && startAt > last.startAt - rate.periodMs),
    );
    if (used <= rate.count) return [];
    return [{ at: last.startAt, taskId: last.taskId, message: `${used} tokens of ${id} within ${tokens}` }];
  });
}

function sumTokens(calls: CallSpan[]): number {
  return calls.reduce((sum, { tokens }) => sum + tokens, 0);
}
