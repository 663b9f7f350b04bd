import type { AcceptedQuery } from "../accept-query.ts";
import type { Fields, Filter, Value } from "../documents.ts";
import { toFieldPath } from "../field-path.ts";
import { matchesFilter, toMatcher } from "./match-filters.ts";
import { type IndexShape, type Key, toTuple } from "./sorted-index.ts";
import { isEmpty, toInterval } from "./value-interval.ts";

/** How a query is answered: from which index, where it starts and ends there, and what is left to check. */
export type Plan = {
  collection: string;
  /** Equal for queries that one index serves. */
  shapeName: string;
  shape: IndexShape;
  /** The combinations of equality values to read, each in order. None: nothing can match. */
  tuples: string[];
  /** Where in the order to begin; the last of them counts. */
  starts: Key[];
  /** Whether the walk has passed the range filters on the first field of the order. */
  isPast?: (first: Value) => boolean;
  /** Filters that the index does not answer. */
  rest?: (data: Fields) => boolean;
  limit: number;
};

type Equality = { field: string; values: Value[] };

export function planQuery(query: AcceptedQuery): Plan {
  const { equalities, rest } = takeEqualities(query.where);
  const [first] = query.orderBy;
  const ranges = rest.filter(([field, op]) => field === first?.[0] && isRange(op));
  const unanswered = rest.filter((filter) => !ranges.includes(filter));
  const span = first && ranges.length > 0 ? planRange(ranges, first[1]) : {};
  const fields = equalities.map(({ field }) => field);
  return {
    collection: query.collection,
    shapeName: JSON.stringify([fields, query.orderBy, query.idDirection]),
    shape: toShape(fields, query),
    tuples: span.isEmpty ? [] : toTuples(equalities),
    starts: [...(span.start ? [span.start] : []), ...toCursor(query)],
    ...(span.isPast ? { isPast: span.isPast } : {}),
    ...(unanswered.length > 0 ? { rest: toMatcher(unanswered) } : {}),
    limit: query.limit ?? Number.POSITIVE_INFINITY,
  };
}

function takeEqualities(where: Filter[]): { equalities: Equality[]; rest: Filter[] } {
  const equalities = new Map<string, Equality>();
  const rest: Filter[] = [];
  for (const filter of where) {
    const [field, op, value] = filter;
    const isEquality = (op === "==" || op === "in") && !equalities.has(field);
    if (!isEquality) rest.push(filter);
    else equalities.set(field, { field, values: op === "in" ? toAlternatives(value) : [value] });
  }
  return { equalities: [...equalities.values()].sort((a, b) => (a.field < b.field ? -1 : 1)), rest };
}

/** Each value once; null never, because Firestore's "in" does not find it. */
function toAlternatives(values: Value[]): Value[] {
  const distinct = new Map(values.map((value) => [toTuple([value]), value]));
  return [...distinct.values()].filter((value) => value !== null);
}

function toTuples(equalities: Equality[]): string[] {
  let tuples: Value[][] = [[]];
  for (const { values } of equalities)
    tuples = tuples.flatMap((tuple) => values.map((value) => [...tuple, value]));
  return tuples.map(toTuple);
}

function toShape(equalities: string[], { orderBy, idDirection }: AcceptedQuery): IndexShape {
  return {
    equalities: equalities.map(toFieldPath),
    order: orderBy.map(([field, direction]) => ({ path: toFieldPath(field), sign: toSign(direction) })),
    idSign: toSign(idDirection),
  };
}

function toSign(direction: "asc" | "desc"): 1 | -1 {
  return direction === "asc" ? 1 : -1;
}

function isRange(op: Filter[1]): boolean {
  return op !== "==" && op !== "in" && op !== "array-contains";
}

function toCursor({ startAfter }: AcceptedQuery): Key[] {
  return startAfter ? [{ values: [...startAfter.values, startAfter.id], edge: 1 }] : [];
}

type Span = { isEmpty?: boolean; start?: Key; isPast?: (first: Value) => boolean };

function planRange(ranges: Filter[], direction: "asc" | "desc"): Span {
  const interval = toInterval(ranges);
  if (isEmpty(interval)) return { isEmpty: true };
  const from = direction === "asc" ? interval.lower : interval.upper;
  return {
    ...(from ? { start: { values: [from.value], edge: from.inclusive ? -1 : 1 } } : {}),
    isPast: (first) => !ranges.every((range) => matchesFilter(first, range)),
  };
}
