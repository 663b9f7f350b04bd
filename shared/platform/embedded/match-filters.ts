import type { Fields, Filter, Value } from "../documents.ts";
import { readField, toFieldPath } from "../field-path.ts";
import { kindOf } from "../value-kind.ts";
import { compareValues, equalValues } from "./compare-values.ts";

/** Whether a document's data fulfils all filters. */
export function toMatcher(filters: Filter[]): (data: Fields) => boolean {
  const checks = filters.map((filter) => ({ filter, path: toFieldPath(filter[0]) }));
  return (data) => checks.every(({ filter, path }) => matchesFilter(readField(data, path), filter));
}

export function matchesFilter(value: Value | undefined, [, op, operand]: Filter): boolean {
  if (value === undefined) return false;
  switch (op) {
    case "==":
      return equalValues(value, operand);
    case "in":
      return value !== null && operand.some((one) => equalValues(value, one));
    case "array-contains":
      return Array.isArray(value) && operand !== null && value.some((one) => equalValues(one, operand));
    default:
      return kindOf(value) === kindOf(operand) && isInOrder(compareValues(value, operand), op);
  }
}

function isInOrder(difference: number, op: "<" | "<=" | ">" | ">="): boolean {
  if (difference === 0) return op === "<=" || op === ">=";
  return difference < 0 ? op.startsWith("<") : op.startsWith(">");
}
