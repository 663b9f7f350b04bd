import { isOpen, nextOpening } from "./schedule.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";

/**
 * When a subscription tells of what comes at `from` (epoch ms); `undefined` where it does not. Windows stand where the clock says, so
 * that nobody has to agree with anybody on when one began; all that is held is due at the same moment, and so one message.
 */
export function whenToTell(
  { schedule, groupBySeconds }: Pick<SubscriptionDocument, "schedule" | "groupBySeconds">,
  from: number,
): number | undefined {
  if (schedule && !isOpen(schedule, from))
    return schedule.outside === "drop" ? undefined : nextOpening(schedule, from);
  if (groupBySeconds === 0) return from;
  const windowMs = groupBySeconds * 1_000;
  return (Math.floor(from / windowMs) + 1) * windowMs;
}
