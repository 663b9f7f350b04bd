import { addUsage } from "../api/usage.ts";
import { addCost, type Charge } from "../pricing/add-cost.ts";
import type { AttemptFacts, Outcome } from "./next-state.ts";
import type { TaskDocument } from "./task-document.ts";

/** Whoever does not price a call that was answered does not know what it costs. */
export function toCharge(outcome: Outcome, { charge }: AttemptFacts): Charge | undefined {
  if (charge || outcome.kind !== "succeeded" || outcome.cache === "hit") return charge;
  return { usage: outcome.usage };
}

/** A task's sums stay whole when its oldest attempts are dropped. What a lost worker's call used nobody knows. */
export function addCharge(
  { usage, cost }: Pick<TaskDocument, "usage" | "cost">,
  charge: Charge | "unknown" | undefined,
): Pick<TaskDocument, "usage" | "cost"> {
  return {
    usage: charge === "unknown" ? usage : addUsage(usage, charge?.usage),
    cost: addCost(cost, charge),
  };
}
