import type { Event } from "../api/events.ts";
import { matchesFilter } from "../webhooks/matches-filter.ts";
import type { SubscriptionDocument } from "./subscription-document.ts";

/**
 * What a subscription has to do with an event: it asks for it (`told`), or it asks for alerts that fire, and this one's end
 * concerns what was told then (`followed`).
 */
export function matchSubscription(
  { types, leastSeverity }: Pick<SubscriptionDocument, "types" | "leastSeverity">,
  event: Event,
): "told" | "followed" | undefined {
  // P0 is the highest, and the first by the alphabet.
  if ("alert" in event && event.alert.severity > leastSeverity) return undefined;
  if (matchesFilter(types, event.type)) return "told";
  return "alert" in event && matchesFilter(types, "alert.fired") ? "followed" : undefined;
}
