import { type Principal, requireWriter } from "../access/principal.ts";
import { toTime } from "../core/clock.ts";
import { ConeaError } from "../core/conea-error.ts";
import type { Platform } from "../platform/platform.ts";
import type { BatchDocument } from "./batch-document.ts";
import { changeBatch } from "./change-batch.ts";
import { findBatch } from "./read-batches.ts";

const mostTries = 20;

/**
 * Stops a batch: none of its lines becomes a task any more, and its drivers cancel those that wait. What runs ends, and what has
 * ended is written. Cancelling again changes nothing. Throws `not_found` and `conflict`.
 */
export async function cancelBatch(
  deps: Pick<Platform, "documents" | "clock" | "ids">,
  principal: Principal,
  batchId: string,
): Promise<BatchDocument> {
  requireWriter(principal);
  for (let tries = 0; tries < mostTries; tries++) {
    const batch = await findBatch(deps, principal, batchId);
    if (batch.data.stoppedBy === "cancelled") return batch.data;
    requireStoppable(batch.data);
    const cancelledAt = toTime(deps.clock.now());
    const next = await changeBatch(deps, batch, { phase: "stopping", stoppedBy: "cancelled", cancelledAt });
    if (next) return next.data;
  }
  throw new ConeaError("unavailable", "The batch is changing too fast right now; try again.", {
    headers: { "Retry-After": "1" },
  });
}

function requireStoppable({ phase }: BatchDocument): void {
  if (phase === "validating" || phase === "running") return;
  throw new ConeaError("conflict", "The batch is ending or has ended; there is nothing to cancel.");
}
