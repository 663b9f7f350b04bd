import type { Cost, Usage } from "../api/task.ts";

/** Nothing was charged so far. */
export const noCost: Cost = { micros: 0, known: true };

/** What an attempt was charged for, and what that costs; `costMicros` is absent where the price is not known. */
export type Charge = { usage: Usage; usageEstimated?: true; costMicros?: number };

/** A cost and what an attempt adds to it; `unknown` where nobody knows what it does. */
export function addCost(cost: Cost, charge: Pick<Charge, "costMicros"> | "unknown" | undefined): Cost {
  if (!charge) return cost;
  const added = charge === "unknown" ? undefined : charge.costMicros;
  return toCost((cost.micros ?? 0) + (added ?? 0), cost.known && added !== undefined);
}

/** An amount of which no part is known is not shown as 0. */
export function toCost(micros: number, known: boolean): Cost {
  return known || micros > 0 ? { micros, known } : { known };
}
