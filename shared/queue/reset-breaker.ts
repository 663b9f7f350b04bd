import { type Principal, requireAdmin } from "../access/principal.ts";
import type { BreakerState } from "./breaker.ts";
import { closedBreaker } from "./breaker.ts";
import { changeQueue } from "./change-queue.ts";
import { findQueue } from "./find-queue.ts";
import type { OperateDeps } from "./pause-queue.ts";
import type { QueueDocument } from "./queue-document.ts";
import { wakeQueue } from "./wake-queue.ts";

/** Closes a queue's breaker and forgets the failures it counted, so that its provider is called again at once. Throws `not_found`. */
export async function resetBreaker(deps: OperateDeps, principal: Principal, queueId: string): Promise<void> {
  requireAdmin(principal);
  findQueue(deps.config, queueId);
  await changeQueue(deps, queueId, withoutFailures);
  deps.log.info("breaker reset", { queue: queueId, tenant: principal.tenant });
  await wakeQueue(deps, queueId);
}

/** The change that closes a breaker; none where there is nothing to forget. */
export function withoutFailures({ breaker }: QueueDocument): { breaker: BreakerState } | undefined {
  const { state, failedAt, succeededAt } = { ...closedBreaker, ...breaker };
  if (state === "closed" && failedAt.length === 0) return undefined;
  return { breaker: { ...closedBreaker, succeededAt } };
}
