import type { AcceptedQuery, Direction } from "../accept-query.ts";
import type { CollectionPath, Filter, NearestQuery } from "../documents.ts";
import { toFirestoreFieldPath } from "./firestore-field-path.ts";
import type { FilterMessage, StructuredQuery } from "./firestore-messages.ts";
import { toDocumentName } from "./firestore-snapshot.ts";
import { toFirestoreValue, toFirestoreVector } from "./firestore-value.ts";

const operators = {
  "==": "EQUAL",
  "<": "LESS_THAN",
  "<=": "LESS_THAN_OR_EQUAL",
  ">": "GREATER_THAN",
  ">=": "GREATER_THAN_OR_EQUAL",
  in: "IN",
  "array-contains": "ARRAY_CONTAINS",
} as const;
const directions = { asc: "ASCENDING", desc: "DESCENDING" } as const;
const measures = { euclidean: "EUCLIDEAN", cosine: "COSINE", dot_product: "DOT_PRODUCT" } as const;

/** Where a neighbour's distance stands in the document that Firestore answers; no document of ours has the name. */
export const distanceField = "distance_of_nearest";

/** `parent` and the query below it, with every order that Firestore would add said. */
export function toFirestoreQuery(database: string, query: AcceptedQuery) {
  const { collection, where, orderBy, idDirection, limit, startAfter } = query;
  const id = { field: { fieldPath: "__name__" }, direction: directions[idDirection] };
  const structuredQuery: StructuredQuery = {
    from: [{ collectionId: toId(collection) }],
    ...toWhere(where),
    orderBy: [...orderBy.map(toOrder), id],
    ...(limit !== undefined && { limit: { value: limit } }),
    ...(startAfter && { startAt: toCursor(database, collection, startAfter) }),
  };
  return { parent: toParent(database, collection), structuredQuery };
}

export function toFirestoreNearest(database: string, query: NearestQuery & { where: Filter[] }) {
  const { collection, where, field, vector, distance, limit } = query;
  const structuredQuery: StructuredQuery = {
    from: [{ collectionId: toId(collection) }],
    ...toWhere(where),
    findNearest: {
      vectorField: { fieldPath: toFirestoreFieldPath(field) },
      queryVector: toFirestoreVector(vector),
      distanceMeasure: measures[distance],
      limit: { value: limit },
      distanceResultField: distanceField,
    },
  };
  return { parent: toParent(database, collection), structuredQuery };
}

function toWhere(where: Filter[]): Pick<StructuredQuery, "where"> {
  const filters = where.map(toFilter);
  const [only] = filters;
  if (only === undefined) return {};
  return { where: filters.length === 1 ? only : { compositeFilter: { op: "AND", filters } } };
}

function toFilter([name, op, value]: Filter): FilterMessage {
  const field = { fieldPath: toFirestoreFieldPath(name) };
  if (op === "==" && value === null) return { unaryFilter: { field, op: "IS_NULL" } };
  return { fieldFilter: { field, op: operators[op], value: toFirestoreValue(value) } };
}

function toOrder([field, direction]: [string, Direction]) {
  return { field: { fieldPath: toFirestoreFieldPath(field) }, direction: directions[direction] };
}

function toCursor(
  database: string,
  collection: CollectionPath,
  { values, id }: NonNullable<AcceptedQuery["startAfter"]>,
) {
  const reference = { referenceValue: toDocumentName(database, `${collection}/${id}`) };
  return { values: [...values.map(toFirestoreValue), reference], before: false };
}

/** The document that holds the collection, or the database's root. */
function toParent(database: string, collection: CollectionPath): string {
  const above = collection.split("/").slice(0, -1).join("/");
  return above === "" ? `${database}/documents` : toDocumentName(database, above);
}

function toId(collection: CollectionPath): string {
  return collection.slice(collection.lastIndexOf("/") + 1);
}
