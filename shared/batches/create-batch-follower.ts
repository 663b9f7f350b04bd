import { sleep } from "../core/clock.ts";
import { toErrorField } from "../core/log.ts";
import { type DriveDeps, driveBatch } from "./drive-batch.ts";

const firstPauseMs = 100;
/** So that a batch's end is seen within a fifth of the time it took. */
const slower = 1.2;
const longestPauseMs = 30_000;
const longestDriveMs = 10_000;

export type BatchFollower = {
  /** Drives a batch from now on until it has ended, as long as this process lives. The sweep does it too, each minute. */
  follow(batchId: string): void;
};

/** The part of a process that drives the batches it was asked for, the sooner the younger they are. */
export function createBatchFollower(deps: DriveDeps & { closing: AbortSignal }): BatchFollower {
  const followed = new Set<string>();

  async function drive(batchId: string): Promise<void> {
    for (
      let pauseMs = firstPauseMs;
      !deps.closing.aborted;
      pauseMs = Math.min(slower * pauseMs, longestPauseMs)
    ) {
      const driven = await driveBatch(deps, batchId, deps.clock.now() + longestDriveMs);
      if (driven === "ended") return;
      if (driven === "waiting") await sleep(deps.clock, pauseMs, deps.closing);
    }
  }

  return {
    follow(batchId) {
      if (followed.has(batchId)) return;
      followed.add(batchId);
      // Nobody waits for it: what fails here is the sweep's to go on with.
      void drive(batchId)
        .catch((error) => deps.log.warn("a batch is left to the sweep", { batchId, ...toErrorField(error) }))
        .finally(() => followed.delete(batchId));
    },
  };
}
