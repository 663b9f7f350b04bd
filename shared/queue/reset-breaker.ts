import { type Principal, requireAdmin } from "../access/principal.ts";
import { toErrorField } from "../core/log.ts";
import type { BreakerState } from "./breaker.ts";
import { closedBreaker } from "./breaker.ts";
import { type BreakerEventDeps, publishBreakerEvents } from "./breaker-events.ts";
import { changeQueue } from "./change-queue.ts";
import { findQueue } from "./find-queue.ts";
import type { OperateDeps } from "./pause-queue.ts";
import type { QueueDocument } from "./queue-document.ts";
import { wakeQueue } from "./wake-queue.ts";

/** Closes a queue's breaker and forgets the failures it counted, so that its provider is called again at once. Throws `not_found`. */
export async function resetBreaker(
  deps: OperateDeps & BreakerEventDeps,
  principal: Principal,
  queueId: string,
): Promise<void> {
  requireAdmin(principal);
  findQueue(deps.config, queueId);
  await closeBreaker(deps, queueId);
  deps.log.info("breaker reset", { queue: queueId, tenant: principal.tenant });
  await wakeQueue(deps, queueId);
}

/** Closes a queue's breaker and tells of it; what cannot be told is the sweep's. Resolves to the queue as it was before. */
export async function closeBreaker(
  deps: Pick<OperateDeps, "documents" | "log"> & BreakerEventDeps,
  queueId: string,
): Promise<QueueDocument> {
  const { before, after } = await changeQueue(deps, queueId, withoutFailures);
  await publishBreakerEvents(deps, queueId, after.breakerEvents).catch((error) =>
    deps.log.warn("breaker events left to the sweep", { queue: queueId, ...toErrorField(error) }),
  );
  return before;
}

/** The change that closes a breaker; none where there is nothing to forget. */
function withoutFailures({ breaker }: QueueDocument): { breaker: BreakerState } | undefined {
  const { state, failedAt, succeededAt } = { ...closedBreaker, ...breaker };
  if (state === "closed" && failedAt.length === 0) return undefined;
  return { breaker: { ...closedBreaker, succeededAt } };
}
