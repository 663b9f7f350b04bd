import { acceptNearest, acceptQuery } from "../../shared/platform/accept-query.ts";
import type { Filter, NearestQuery, Query } from "../../shared/platform/documents.ts";

/** What of a query decides which index it needs: never its values. */
export type QueryShape = {
  /** The last collection's name, under which Firestore keeps indexes. */
  collectionGroup: string;
  /** Fields compared with `==` or `in` (an `in` is one equality after the other), sorted. */
  equal: string[];
  contains: string[];
  /** The order with what Firestore adds: fields of ranges that it does not name. */
  order: [field: string, direction: "ASCENDING" | "DESCENDING"][];
  /** Field whose vectors are searched. */
  vector?: string;
};

export function toQueryShape(query: Query): QueryShape {
  const { collection, where, orderBy } = acceptQuery(query);
  const order = orderBy.map(([field, direction]): QueryShape["order"][number] => [
    field,
    direction === "asc" ? "ASCENDING" : "DESCENDING",
  ]);
  return { ...toFilterShape(collection, where), order };
}

export function toNearestShape(query: NearestQuery): QueryShape {
  const { collection, where, field } = acceptNearest(query);
  return { ...toFilterShape(collection, where), order: [], vector: field };
}

function toFilterShape(collection: string, where: Filter[]) {
  const fieldsBy = (...ops: Filter[1][]) => [
    ...new Set(where.filter(([, op]) => ops.includes(op)).map(([field]) => field)),
  ];
  return {
    collectionGroup: collection.slice(collection.lastIndexOf("/") + 1),
    equal: fieldsBy("==", "in").sort(),
    contains: fieldsBy("array-contains"),
  };
}

/** One line for each shape, the same for the same. */
export function describeShape({ collectionGroup, equal, contains, order, vector }: QueryShape): string {
  const words = [
    ...equal.map((field) => `${field} ==`),
    ...contains.map((field) => `${field} contains`),
    ...order.map(([field, direction]) => `${field} ${direction.toLowerCase()}`),
    ...(vector === undefined ? [] : [`nearest by ${vector}`]),
  ];
  return `${collectionGroup}: ${words.join(", ") || "all"}`;
}
