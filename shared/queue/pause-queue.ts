import { type Principal, requireAdmin } from "../access/principal.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Log } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { changeQueue } from "./change-queue.ts";
import { findQueue } from "./find-queue.ts";

export type OperateDeps = Pick<Platform, "documents" | "wakes" | "clock"> & { config: ConeaConfig; log: Log };

/**
 * Lets no task of a queue start until it is resumed: a claim under way when this resolves comes to nothing. Calls that run
 * go on, and tasks are accepted as before. Pausing again changes nothing. Throws `not_found`.
 */
export async function pauseQueue(deps: OperateDeps, principal: Principal, queueId: string): Promise<void> {
  requireAdmin(principal);
  findQueue(deps.config, queueId);
  await changeQueue(deps, queueId, ({ paused }) => (paused ? undefined : { paused: true }));
  deps.log.info("queue paused", { queue: queueId, tenant: principal.tenant });
}
