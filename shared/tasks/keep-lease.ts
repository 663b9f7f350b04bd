import { toTime } from "../core/clock.ts";
import { PreconditionFailed, type WriteTime } from "../platform/documents.ts";
import type { Platform } from "../platform/platform.ts";
import type { Claimed } from "../queue/claim-tasks.ts";
import { leaseMs } from "../queue/lease-ms.ts";
import { taskPath } from "./task-document.ts";

export type Lease = {
  /** Ends the renewals and resolves to the fence that is valid now. */
  stop(): Promise<WriteTime>;
};

/**
 * Renews the lease of a long call every third of its length. When somebody else has written the task meanwhile (a cancel,
 * a sweep), calls `onLost` once and renews no more.
 */
export function keepLease(
  { documents, clock }: Pick<Platform, "documents" | "clock">,
  { task, fence }: Claimed,
  onLost: () => void,
): Lease {
  let current = Promise.resolve(fence);
  let stopped = false;
  let cancelTimer = () => {};

  const renew = async (valid: WriteTime): Promise<WriteTime> => {
    try {
      const [renewed] = await documents.commit([
        {
          op: "update",
          path: taskPath(task.id),
          fields: { leaseUntil: toTime(clock.now() + leaseMs) },
          precondition: { updateTime: valid },
        },
      ]);
      return renewed ?? valid;
    } catch (error) {
      // Any other failure leaves the fence as it is: the next renewal or the settling write will tell.
      if (error instanceof PreconditionFailed) lose();
      return valid;
    }
  };

  const lose = () => {
    if (stopped) return;
    stopped = true;
    onLost();
  };

  const schedule = () => {
    cancelTimer = clock.after(leaseMs / 3, () => {
      if (stopped) return;
      current = current.then(renew);
      schedule();
    });
  };

  schedule();
  return {
    stop() {
      stopped = true;
      cancelTimer();
      return current;
    },
  };
}
