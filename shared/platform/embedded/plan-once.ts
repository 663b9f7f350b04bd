import { isFrozenDeep } from "../../core/freeze-deep.ts";
import { acceptQuery } from "../accept-query.ts";
import type { Query } from "../documents.ts";
import { type Plan, planQuery } from "./plan-query.ts";

const plans = new WeakMap<Query, Plan>();

/**
 * `planQuery`, once for a query that cannot change: whoever asks the same again and again makes one, and freezes it all the
 * way down. Throws as `acceptQuery`.
 */
export function planOnce(query: Query): Plan {
  const known = plans.get(query);
  if (known) return known;
  const plan = planQuery(acceptQuery(query));
  if (isFrozenDeep(query)) plans.set(query, plan);
  return plan;
}
