import { type Principal, requireAdmin } from "../access/principal.ts";
import { changeQueue } from "./change-queue.ts";
import { findQueue } from "./find-queue.ts";
import type { OperateDeps } from "./pause-queue.ts";
import { wakeQueue } from "./wake-queue.ts";

/** Lets the tasks of a paused queue start again, and wakes it in any case. Throws `not_found`. */
export async function resumeQueue(deps: OperateDeps, principal: Principal, queueId: string): Promise<void> {
  requireAdmin(principal);
  findQueue(deps.config, queueId);
  await changeQueue(deps, queueId, ({ paused }) => (paused ? { paused: false } : undefined));
  deps.log.info("queue resumed", { queue: queueId, tenant: principal.tenant });
  await wakeQueue(deps, queueId);
}
