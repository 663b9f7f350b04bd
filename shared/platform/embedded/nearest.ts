import { acceptNearest } from "../accept-query.ts";
import type { NearestQuery, Snapshot } from "../documents.ts";
import { readField, toFieldPath } from "../field-path.ts";
import { isVector } from "../value-kind.ts";
import { planQuery } from "./plan-query.ts";
import type { Store } from "./store.ts";

export type Neighbour = { snapshot: Snapshot; distance: number };

/** Measures every document that passes the filters; a zero vector has no cosine distance (NaN) and comes last. */
export function findNearest(store: Store, query: NearestQuery): Neighbour[] {
  const { collection, where, field, vector, distance, limit } = acceptNearest(query);
  const path = toFieldPath(field);
  const measure = measures[distance];
  const found: Neighbour[] = [];
  for (const snapshot of store.query(planQuery({ collection, where, orderBy: [], idDirection: "asc" }))) {
    const value = readField(snapshot.data, path);
    if (isVector(value) && value.$vector.length === vector.length)
      found.push({ snapshot, distance: measure(value.$vector, vector) });
  }
  const sign = distance === "dot_product" ? -1 : 1;
  return found.sort((a, b) => compareDistances(a.distance, b.distance, sign)).slice(0, limit);
}

const measures = { euclidean, cosine, dot_product: dotProduct };

function compareDistances(a: number, b: number, sign: 1 | -1): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return (a - b) * sign;
}

function dotProduct(a: number[], b: number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

function euclidean(a: number[], b: number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

function cosine(a: number[], b: number[]): number {
  return 1 - dotProduct(a, b) / Math.sqrt(dotProduct(a, a) * dotProduct(b, b));
}
