import { toRate } from "../../../shared/config/rate.ts";
import type { CallSpan } from "../evidence.ts";
import type { Invariant } from "../violation.ts";

/** In any window of a limit, wherever it begins, at most its count of calls start. */
export const ratesKept: Invariant = {
  name: "no window holds too many starts",
  check({ calls, scenario }) {
    return scenario.queues.flatMap(({ id, limits }) => {
      const own = calls.filter(({ queue }) => queue === id);
      return (limits.requests ?? []).flatMap((rate) => findCrowds(own, rate, id));
    });
  },
};

function findCrowds(calls: CallSpan[], text: string, queue: string) {
  const rate = toRate(text);
  if (!rate) throw new Error(`${text} is not a rate`);
  return calls.flatMap((call, index) => {
    const earlier = calls[index - rate.count];
    const withinMs = earlier && call.startAt - earlier.startAt;
    if (withinMs === undefined || withinMs >= rate.periodMs) return [];
    const message = `${rate.count + 1} calls of ${queue} started within ${withinMs} ms; its limit is ${text}`;
    return [{ at: call.startAt, taskId: call.taskId, message }];
  });
}
