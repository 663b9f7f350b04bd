import type { TaskDocument } from "../../../shared/tasks/task-document.ts";
import type { StateChange } from "../evidence.ts";
import type { Invariant } from "../violation.ts";

/** Once all has come to rest nothing is reserved any more, and what is spent is what the tasks cost, to the micro-dollar. */
export const budgetSettled: Invariant = {
  name: "no allowance leaks",
  check({ allowances, tasks, changes, endedAtMs }) {
    const holding = [...tasks.values()]
      .filter(({ reserved, unaccounted }) => reserved || unaccounted)
      .map(({ id, status }) => ({ at: endedAtMs, taskId: id, message: `${status}, and not accounted for` }));
    const held = allowances
      .filter(({ reserved, slices }) => reserved !== 0 || Object.keys(slices).length > 0)
      .map(({ measure, reserved, slices }) => ({
        at: endedAtMs,
        message: `of ${measure} ${reserved} is still reserved, and ${JSON.stringify(slices)} handed out`,
      }));
    const money = allowances.find(({ measure }) => measure === "micros");
    if (!money) return [...holding, ...held];
    const cost = [...tasks.values()].reduce((sum, task) => sum + (task.cost.micros ?? 0), 0);
    const isExact = [...tasks.values()].every(isClear) && ![...changes.values()].flat().some(isGuess);
    const isRight = isExact ? money.spent === cost : money.spent >= cost;
    if (isRight) return [...holding, ...held];
    const message = `${money.spent} is spent, and the tasks cost ${cost}${isExact ? "" : " at least"}`;
    return [...holding, ...held, { at: endedAtMs, message }];
  },
};

/** It was accounted for while a call that was cancelled went on: by all that was reserved, as when it is replayed at once. */
function isGuess({ before, after }: StateChange): boolean {
  const isAccounting = before?.unaccounted === true && after.unaccounted === undefined;
  return (
    isAccounting && before.status === "cancelled" && before.attemptCount > (before.attempts.at(-1)?.n ?? 0)
  );
}

/** Everything that its calls cost is known: no worker was lost, and no call went on after a cancel. */
function isClear({ cost, attempts, attemptCount }: TaskDocument): boolean {
  const told = new Set(attempts.map(({ n }) => n));
  return (
    cost.known && Array.from({ length: attemptCount }, (_, index) => index + 1).every((n) => told.has(n))
  );
}
