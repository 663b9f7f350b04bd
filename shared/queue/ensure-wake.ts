import { idFrom } from "../core/ids.ts";
import { currentTraceparent } from "../core/trace.ts";
import type { Platform } from "../platform/platform.ts";
import type { Wake } from "../platform/wakes.ts";

/** Where wakes have no slots of their own, timers of one queue closer than this are one. */
const timerMs = 10;

/**
 * Sees to it that a worker looks at the queue at `at` or a slot later. The wake is named after the *next* slot, never the
 * current one, whose wake may already have looked and whose name stays taken. `after` is a time that is known to have come,
 * such as that of a wake that was delivered or of a commit: by a clock that is behind, a slot of the past would seem next.
 */
export async function ensureWake(
  { wakes, clock }: Pick<Platform, "wakes" | "clock">,
  { queue, endpoint, reason }: Wake,
  at = 0,
  after = 0,
): Promise<void> {
  const traceparent = currentTraceparent();
  const wake = { queue, reason, ...(endpoint && { endpoint }), ...(traceparent && { traceparent }) };
  const line = endpoint ?? queue;
  const now = Math.max(clock.now(), after);
  if (wakes.slotMs === 0 && at <= now) return wakes.ensure(wake, `${line}-${reason}-now`, now);
  const width = wakes.slotMs || timerMs;
  const slot = Math.floor(Math.max(at, now) / width) + 1;
  const due = slot * width;
  return wakes.ensure({ ...wake, at: due }, idFrom("wake", line, reason, String(slot)), due);
}
