import type { TaskDocument } from "../../../shared/tasks/task-document.ts";
import type { Invariant } from "../violation.ts";

/** What a task is said to cost is what its attempts cost, and it is known unless a worker was lost. */
export const moneyAddsUp: Invariant = {
  name: "cost is the sum of the attempts'",
  check: ({ tasks, endedAtMs }) =>
    [...tasks.values()]
      .filter((task) => task.attempts.length < 20 && !addsUp(task))
      .map(({ id, cost, attempts }) => ({
        at: endedAtMs,
        taskId: id,
        message: `${JSON.stringify(cost)} is not the sum of ${JSON.stringify(
          attempts.map(({ outcome, costMicros }) => [outcome, costMicros]),
        )}`,
      })),
};

function addsUp({ cost, attempts }: TaskDocument): boolean {
  const sum = attempts.reduce((micros, attempt) => micros + (attempt.costMicros ?? 0), 0);
  const known = attempts.every(({ outcome }) => outcome !== "lost");
  const isPriced = attempts.every(
    ({ usage, costMicros }) => (usage === undefined) === (costMicros === undefined),
  );
  return (cost.micros ?? 0) === sum && cost.known === known && isPriced;
}
