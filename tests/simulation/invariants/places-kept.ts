import type { CallSpan } from "../evidence.ts";
import type { QueuePlan } from "../scenario.ts";
import type { Invariant } from "../violation.ts";

/**
 * At no time are more calls of a queue in flight than its concurrency. A vendor ends a call by itself once it has lasted as
 * long as calls may: nobody can end the call of a process that stands still.
 */
export const placesKept: Invariant = {
  name: "never too many calls at once",
  check: ({ calls, scenario }) =>
    scenario.queues.flatMap((queue) =>
      findCrowds(
        calls.filter((call) => call.queue === queue.id),
        queue,
      ),
    ),
};

function findCrowds(calls: CallSpan[], { id, limits: { concurrency }, totalMs }: QueuePlan) {
  if (concurrency === undefined) return [];
  return calls.flatMap((call) => {
    const open = calls.filter(
      ({ startAt, endAt, call: number }) =>
        startAt <= call.startAt && number <= call.call && call.startAt < Math.min(endAt, startAt + totalMs),
    );
    if (open.length <= concurrency) return [];
    const message = `${open.length} calls of ${id} in flight (${open.map(({ label }) => label).join(", ")}), ${concurrency} allowed`;
    return [{ at: call.startAt, taskId: call.taskId, message }];
  });
}
