import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { ensureWake } from "./ensure-wake.ts";

/** Wakes a queue for what is durable already: a wake that fails is the sweep's to replace. */
export async function wakeQueue(
  deps: Pick<Platform, "wakes" | "clock"> & { log: Log },
  queue: string,
): Promise<void> {
  try {
    await ensureWake(deps, { queue, reason: "ready" });
  } catch (error) {
    deps.log.warn("wake failed", { queue, ...toErrorField(error) });
  }
}
