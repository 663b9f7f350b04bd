import type { Evidence, StateChange } from "../evidence.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

/**
 * A task with a route waits with, and is served by, the candidate whose turn it is; one that did not answer in time is
 * never called for it again.
 */
export const routeKept: Invariant = {
  name: "a route is kept to",
  check: (evidence) => [
    ...[...evidence.changes.values()].flat().flatMap(checkTurn),
    ...[...evidence.changes.values()].flatMap((changes) => checkSpent(evidence, changes)),
  ],
};

function checkTurn({ at, id, by, after }: StateChange) {
  const turn = after.route?.candidates[after.route.at];
  if (!after.route || (turn?.provider === after.queue && turn.model === after.model)) return [];
  const message = `${by} put it into ${after.queue} while it is the turn of ${turn?.provider}`;
  return [{ at, taskId: id, message }];
}

function checkSpent({ calls }: Evidence, changes: StateChange[]) {
  return changes.flatMap(({ at, id, after }, index) => {
    const newest = after.attempts.at(-1);
    const isNew = after.attempts.length !== changes[index - 1]?.after.attempts.length;
    if (!after.route || !isNew || newest?.error?.code !== "provider_timeout") return [];
    const until = changes.slice(index + 1).find(isReplay)?.at ?? Number.POSITIVE_INFINITY;
    const again = calls.find(
      ({ taskId, queue, startAt }) =>
        taskId === id && queue === newest.provider && startAt > at && startAt < until,
    );
    if (!again) return [];
    const message = `${again.by} called ${again.queue} again, which had not answered it in time`;
    return [{ at: again.startAt, taskId: id, message }];
  });
}
