import { entriesOf } from "../history.ts";
import type { Invariant } from "../violation.ts";
import { isReplay } from "./all-end.ts";

/** Once a cancel is acknowledged, no call of the task starts. */
export const cancelHolds: Invariant = {
  name: "no call after an acknowledged cancel",
  check({ entries, calls, changes }) {
    return entriesOf(entries, "cancelled").flatMap(({ at, taskId }) => {
      const own = changes.get(taskId) ?? [];
      const cancel = own.findLastIndex((change) => change.at <= at && change.after.status === "cancelled");
      // A replay may come between the write that cancels and its acknowledgement.
      const replay = own.slice(cancel + 1).find(isReplay);
      const late = calls.find(
        (call) =>
          call.taskId === taskId &&
          call.startAt > at &&
          call.startAt < (replay?.at ?? Number.POSITIVE_INFINITY),
      );
      if (!late) return [];
      const message = `${late.by} started a call ${late.startAt - at} ms after the cancel was acknowledged`;
      return [{ at: late.startAt, taskId, message }];
    });
  },
};
