import { acceptFieldValue } from "./accept-value.ts";
import { deleteField } from "./delete-time.ts";
import { checkCollectionPath } from "./document-path.ts";
import { type Filter, InvalidDocument, type NearestQuery, type Query, type Value } from "./documents.ts";
import { type FieldPath, toFieldPath } from "./field-path.ts";

const maxDisjunctions = 30;
const maxRangeFields = 10;
const maxClauses = 100;
const maxNearest = 1_000;
const maxDimensions = 2_048;
const distances = ["euclidean", "cosine", "dot_product"];

export type Direction = "asc" | "desc";

/** A query with everything said: what Firestore adds to an `orderBy` is in it. */
export type AcceptedQuery = {
  collection: string;
  where: Filter[];
  /** Includes each field with a range filter; the id follows in `idDirection`. */
  orderBy: [field: string, direction: Direction][];
  idDirection: Direction;
  limit?: number;
  startAfter?: { values: Value[]; id: string };
};

/** Throws `InvalidDocument` for a query that Firestore, or its client, would refuse. */
export function acceptQuery(query: Query): AcceptedQuery {
  const { collection, where = [], orderBy = [], limit, startAfter } = query;
  checkCollectionPath(collection);
  if (where.length + orderBy.length > maxClauses)
    throw new InvalidDocument(`a query has more than ${maxClauses} filters and orders`);
  const filters = acceptFilters(where);
  checkOrder(orderBy);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0))
    throw new InvalidDocument("a query's limit is not a whole number");
  const order = completeOrder(filters, orderBy);
  const accepted = { collection, where: filters, ...order, ...(limit === undefined ? {} : { limit }) };
  if (startAfter === undefined) return accepted;
  if (order.orderBy.length > orderBy.length)
    throw new InvalidDocument("a query with startAfter names each field of a range filter in orderBy");
  return { ...accepted, startAfter: acceptPlace(startAfter, orderBy.length) };
}

/** Throws `InvalidDocument` for filters, a vector or a limit that Firestore would refuse. */
export function acceptNearest(query: NearestQuery): NearestQuery & { where: Filter[] } {
  const { collection, where = [], field, vector, distance, limit } = query;
  checkCollectionPath(collection);
  // Firestore's emulator finds nothing below a map, so nobody knows here what Firestore itself would find.
  if (toAskedPath(field).length > 1)
    throw new InvalidDocument(`the vectors of "${field}" are not in a field at the top`);
  if (!distances.includes(distance)) throw new InvalidDocument(`"${distance}" is not a distance`);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > maxNearest)
    throw new InvalidDocument(`the limit of nearest is not between 1 and ${maxNearest}`);
  const fits = vector.length >= 1 && vector.length <= maxDimensions && vector.every(Number.isFinite);
  if (!fits) throw new InvalidDocument(`a vector is not 1 to ${maxDimensions} numbers`);
  return { ...query, where: acceptFilters(where) };
}

function acceptFilters(where: Filter[]): Filter[] {
  const filters = where.map(acceptFilter);
  const contains = filters.filter(([, op]) => op === "array-contains");
  if (contains.length > 1) throw new InvalidDocument("a query has more than one array-contains");
  const disjunctions = filters.reduce((product, filter) => product * countAlternatives(filter), 1);
  if (disjunctions > maxDisjunctions)
    throw new InvalidDocument(`a query's "in" filters combine to more than ${maxDisjunctions} alternatives`);
  if (toRangeFields(filters).length > maxRangeFields)
    throw new InvalidDocument(`a query has range filters on more than ${maxRangeFields} fields`);
  return filters;
}

function acceptFilter(filter: Filter): Filter {
  const [field, op, value] = filter;
  const path = toAskedPath(field);
  switch (op) {
    case "in":
      if (!Array.isArray(value) || value.length === 0 || value.length > maxDisjunctions)
        throw new InvalidDocument(`"in" on "${field}" has not 1 to ${maxDisjunctions} values`);
      return [field, op, value.map((one) => acceptFieldValue(one, path))];
    case "==":
    case "array-contains":
      return [field, op, acceptFieldValue(value, path)];
    case "<":
    case "<=":
    case ">":
    case ">=":
      if (value === null) throw new InvalidDocument(`null on "${field}" is compared with "==" only`);
      return [field, op, acceptFieldValue(value, path)];
    default:
      throw new InvalidDocument(`"${String(op)}" is not a filter`);
  }
}

/** `deleteAt` is a time to Firestore and text to its reader: the two do not sort alike, and no index has it. */
function toAskedPath(field: string): FieldPath {
  const path = toFieldPath(field);
  if (path[0] === deleteField) throw new InvalidDocument(`a query asks for "${deleteField}"`);
  return path;
}

function countAlternatives([, op, value]: Filter): number {
  return op === "in" ? value.length : 1;
}

function checkOrder(orderBy: [field: string, direction: Direction][]): void {
  const fields = new Set<string>();
  for (const [field, direction] of orderBy) {
    toAskedPath(field);
    if (direction !== "asc" && direction !== "desc")
      throw new InvalidDocument(`the order of "${field}" is neither "asc" nor "desc"`);
    if (fields.has(field)) throw new InvalidDocument(`a query orders by "${field}" twice`);
    fields.add(field);
  }
}

/** Firestore's rule: range fields that are missing follow in the order of their names, in the last direction. */
function completeOrder(filters: Filter[], orderBy: [field: string, direction: Direction][]) {
  const idDirection: Direction = orderBy.at(-1)?.[1] ?? "asc";
  const named = new Set(orderBy.map(([field]) => field));
  const missing = toRangeFields(filters).filter((field) => !named.has(field));
  const implied = missing.sort().map((field): [string, Direction] => [field, idDirection]);
  return { orderBy: [...orderBy, ...implied], idDirection };
}

function toRangeFields(filters: Filter[]): string[] {
  return [
    ...new Set(filters.filter(([, op]) => op.startsWith("<") || op.startsWith(">")).map(([name]) => name)),
  ];
}

function acceptPlace(place: { values: Value[]; id: string }, fields: number) {
  const { values, id } = place;
  if (values.length !== fields || typeof id !== "string" || id === "")
    throw new InvalidDocument("startAfter has not one value for each orderBy, and an id");
  return { values: values.map((value) => acceptFieldValue(value, ["startAfter"])), id };
}
