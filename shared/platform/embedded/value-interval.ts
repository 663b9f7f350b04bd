import type { Filter, Value } from "../documents.ts";
import { kindOf } from "../value-kind.ts";
import { compareValues, leastAfter, leastOf } from "./compare-values.ts";

export type Bound = { value: Value; inclusive: boolean };

/** The values that range filters on one field leave; without `upper` it ends with the last kind. */
export type Interval = { lower: Bound; upper?: Bound };

/** Range filters compare within one kind, so the ends of the operand's kind bound the interval too. */
export function toInterval(ranges: Filter[]): Interval {
  return ranges.map(toHalf).reduce(intersect);
}

export function isEmpty({ lower, upper }: Interval): boolean {
  if (!upper) return false;
  const difference = compareValues(lower.value, upper.value);
  return difference > 0 || (difference === 0 && !(lower.inclusive && upper.inclusive));
}

function toHalf([, op, operand]: Filter): Interval {
  const value: Value = operand;
  const bound = { value, inclusive: op === "<=" || op === ">=" };
  const kind = kindOf(value);
  const lower = { value: leastOf(kind), inclusive: true };
  if (op === "<" || op === "<=") return { lower, upper: bound };
  const after = leastAfter(kind);
  return after === undefined ? { lower: bound } : { lower: bound, upper: { value: after, inclusive: false } };
}

function intersect(a: Interval, b: Interval): Interval {
  const lower = isInside(a.lower, b.lower, 1) ? a.lower : b.lower;
  if (!a.upper || !b.upper) return { lower, ...((a.upper ?? b.upper) ? { upper: a.upper ?? b.upper } : {}) };
  return { lower, upper: isInside(a.upper, b.upper, -1) ? a.upper : b.upper };
}

/** Whether `a` is the narrower bound; `sign` 1 for lower bounds, -1 for upper ones. */
function isInside(a: Bound, b: Bound, sign: 1 | -1): boolean {
  const difference = compareValues(a.value, b.value) * sign;
  return difference > 0 || (difference === 0 && !a.inclusive);
}
