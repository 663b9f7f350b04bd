import { idFrom } from "../core/ids.ts";
import type { Platform } from "../platform/platform.ts";
import type { Wake } from "../platform/wakes.ts";

/** Where wakes have no slots of their own, timers of one queue closer than this are one. */
const timerMs = 10;

/**
 * Sees to it that a worker looks at the queue at `at` or a slot later. The wake is named after the *next* slot, never the
 * current one, whose wake may already have looked and whose name stays taken.
 */
export async function ensureWake(
  { wakes, clock }: Pick<Platform, "wakes" | "clock">,
  wake: Wake,
  at = 0,
): Promise<void> {
  const now = clock.now();
  if (wakes.slotMs === 0 && at <= now) return wakes.ensure(wake, `${wake.queue}-${wake.reason}-now`, now);
  const width = wakes.slotMs || timerMs;
  const slot = Math.floor(Math.max(at, now) / width) + 1;
  return wakes.ensure(wake, idFrom("wake", wake.queue, wake.reason, String(slot)), slot * width);
}
