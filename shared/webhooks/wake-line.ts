import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { Wake } from "../platform/wakes.ts";
import { ensureWake } from "../queue/ensure-wake.ts";

/** The queue of wakes that every endpoint's line shares; no provider may be called so. */
export const webhooksQueue = "webhooks";

export type WakeLineDeps = Pick<Platform, "wakes" | "clock"> & { log: Log };

/**
 * Has somebody look at an endpoint's line, at `at` (epoch ms) or now. `ready`: send what is due. `due`: go on with its replays. Never
 * rejects: a wake that fails is the sweep's to replace.
 */
export async function wakeLine(
  deps: WakeLineDeps,
  endpointId: string,
  { reason = "ready", at }: { reason?: Wake["reason"]; at?: number } = {},
): Promise<void> {
  try {
    await ensureWake(deps, { queue: webhooksQueue, endpoint: endpointId, reason }, at);
  } catch (error) {
    deps.log.warn("a wake of an endpoint is left to the sweep", { endpointId, ...toErrorField(error) });
  }
}
