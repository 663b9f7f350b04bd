import { toErrorField } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import type { BatchDocument } from "./batch-document.ts";
import { type DriveDeps, driveBatch } from "./drive-batch.ts";

export type DriveBatchesDeps = DriveDeps & { random: Random };

/** What a run did, by how it left the batches. */
export type BatchesReport = { driven: number; ended: number; failed: number };

const mostBatches = 500;
const atOnce = 4;
const longestMs = 40_000;
/** So that a large one does not keep the others waiting. */
const longestEachMs = 10_000;

/**
 * Drives every batch that has not ended, for a bounded time; one query where there is none. What it does not come to, the next
 * run does: which come first is left to chance.
 */
export async function driveBatches(deps: DriveBatchesDeps): Promise<BatchesReport> {
  const report: BatchesReport = { driven: 0, ended: 0, failed: 0 };
  const until = deps.clock.now() + longestMs;
  const active = await deps.documents.query<BatchDocument>({
    collection: "batches",
    where: [["active", "==", true]],
    orderBy: [["sequence", "asc"]],
    limit: mostBatches,
  });
  const order = active.map(({ id }) => ({ id, at: deps.random() })).sort((one, other) => one.at - other.at);
  const drive = async () => {
    for (let next = order.pop(); next && deps.clock.now() < until; next = order.pop()) {
      try {
        const driven = await driveBatch(deps, next.id, Math.min(until, deps.clock.now() + longestEachMs));
        report[driven === "ended" ? "ended" : "driven"] += 1;
      } catch (error) {
        report.failed += 1;
        deps.log.warn("a batch is left to the next sweep", { batchId: next.id, ...toErrorField(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, drive));
  return report;
}
