import type { Evidence, StateChange } from "../evidence.ts";
import type { Invariant } from "../violation.ts";

/** No task uses more attempts than configured, and none is given up before, unless another one could not be paid. */
export const attemptsBounded: Invariant = {
  name: "attempts are bounded",
  check: (evidence) =>
    [...evidence.changes.values()].flat().flatMap((change) => {
      const message = toProblem(evidence, change);
      return message === undefined ? [] : [{ at: change.at, taskId: change.id, message }];
    }),
};

function toProblem(
  { scenario: { retry, budgetMicros } }: Evidence,
  { before, after }: StateChange,
): string | undefined {
  const mayGiveUp = budgetMicros !== undefined;
  if (after.route) return toRoutedProblem(after.route.candidates.length, retry.attempts, after);
  if (after.attemptsUsed > retry.attempts) return `used ${after.attemptsUsed} of ${retry.attempts} attempts`;
  const isDead = after.status === "dead" && before?.status !== "dead";
  if (isDead && !mayGiveUp && after.attemptsUsed < retry.attempts)
    return `given up after ${after.attemptsUsed} of ${retry.attempts} attempts`;
  return undefined;
}

/** Each candidate has the tries of a task without a route, and none is left when the task is given up. */
function toRoutedProblem(
  candidates: number,
  attempts: number,
  { attemptsUsed, status, rescue }: StateChange["after"],
): string | undefined {
  const most = candidates * attempts;
  if (attemptsUsed > most) return `used ${attemptsUsed} of ${most} attempts of a route`;
  const left = Array.from({ length: candidates }, (_, index) => index).filter(
    (index) => !rescue?.spent.includes(index) && (rescue?.tries[index] ?? 0) < attempts,
  );
  return status === "dead" && left.length > 0 ? `given up with candidate ${left[0]} left` : undefined;
}
