import type { AllowanceState } from "../api/allowances.ts";
import { type AllowanceDocument, toUsed } from "./allowance-document.ts";

/** How an allowance stands. `promised` and `used`: what this process has promised, and used for good, since it was written. */
export function toState(
  document: AllowanceDocument,
  { promised = 0, used = 0 }: { promised?: number; used?: number } = {},
): AllowanceState {
  const { scope, scopeId, measure, period, limit, periodEnd } = document;
  const all = toUsed(document) + promised;
  const spent = Math.max(0, Math.min(all, document.spent + used));
  return {
    ...{ scope, scopeId, measure, limit },
    ...(period && { period }),
    spent,
    reserved: Math.max(0, all - spent),
    left: Math.max(0, limit - all),
    ...(periodEnd && { renewsAt: periodEnd }),
  };
}
