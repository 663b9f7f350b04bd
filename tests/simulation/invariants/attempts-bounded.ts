import type { Evidence, StateChange } from "../evidence.ts";
import type { Invariant } from "../violation.ts";

/** No task uses more attempts than configured, and none is given up before. */
export const attemptsBounded: Invariant = {
  name: "attempts are bounded",
  check: (evidence) =>
    [...evidence.changes.values()].flat().flatMap((change) => {
      const message = toProblem(evidence, change);
      return message === undefined ? [] : [{ at: change.at, taskId: change.id, message }];
    }),
};

function toProblem({ scenario: { retry } }: Evidence, { before, after }: StateChange): string | undefined {
  if (after.attemptsUsed > retry.attempts) return `used ${after.attemptsUsed} of ${retry.attempts} attempts`;
  const isDead = after.status === "dead" && before?.status !== "dead";
  if (isDead && after.attemptsUsed < retry.attempts)
    return `given up after ${after.attemptsUsed} of ${retry.attempts} attempts`;
  return undefined;
}
