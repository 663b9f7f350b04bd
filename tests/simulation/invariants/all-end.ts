import { terminalStatuses } from "../../../shared/api/task-type.ts";
import type { StateChange } from "../evidence.ts";
import type { Invariant } from "../violation.ts";

/** Every task ends in bounded time, in one terminal status, and stays there unless it is replayed. */
export const allEnd: Invariant = {
  name: "every task ends once",
  check({ tasks, changes, endedAtMs }) {
    const open = [...tasks.values()]
      .filter(({ status }) => !terminalStatuses.has(status))
      .map(({ id, status, queue }) => ({
        at: endedAtMs,
        taskId: id,
        message: `still ${status} in ${queue}`,
      }));
    const reopened = [...changes.values()].flat().filter(leavesItsEnd);
    return [
      ...open,
      ...reopened.map(({ at, id, by, before, after }) => ({
        at,
        taskId: id,
        message: `${by} made ${before?.status} ${after.status}`,
      })),
    ];
  },
};

function leavesItsEnd({ before, after }: StateChange): boolean {
  if (!before || !terminalStatuses.has(before.status) || before.status === after.status) return false;
  return !isReplay({ before, after });
}

/** A replay leaves its mark in the list of replays, and only what ended without success is replayed. */
export function isReplay({ before, after }: Pick<StateChange, "before" | "after">): boolean {
  if (before === undefined || after.status !== "ready" || !replayable.has(before.status)) return false;
  return (after.replays?.length ?? 0) > (before.replays?.length ?? 0);
}

const replayable = new Set(["dead", "failed", "cancelled", "expired"]);
