import type { Snapshot, Value } from "../documents.ts";
import type { Collection } from "./collection.ts";
import type { Plan } from "./plan-query.ts";
import type { Key, SortedIndex } from "./sorted-index.ts";

/** The matching documents in the query's order, at most `limit` of them. Does not scan what the index can skip. */
export function runQuery(collection: Collection, plan: Plan): Snapshot[] {
  const found: Snapshot[] = [];
  if (plan.limit === 0) return found;
  for (const snapshot of walk(collection, plan)) {
    found.push(snapshot);
    if (found.length >= plan.limit) break;
  }
  return found;
}

/** How many match, at most `limit`. Without a range, a place to start or further filters, no document is looked at. */
export function countQuery(collection: Collection, plan: Plan): number {
  if (plan.starts.length > 0 || plan.isPast || plan.rest) return runQuery(collection, plan).length;
  const index = collection.index(plan);
  const size = plan.tuples.reduce((sum, tuple) => sum + index.size(tuple), 0);
  return Math.min(size, plan.limit);
}

function* walk(collection: Collection, plan: Plan): Iterable<Snapshot> {
  const index = collection.index(plan);
  const start = toStart(index, plan.starts);
  for (const { values } of readTuples(index, plan.tuples, start)) {
    if (plan.isPast?.(values[0] ?? null)) return;
    const snapshot = collection.documents.get(toId(values))?.snapshot;
    if (snapshot && (!plan.rest || plan.rest(snapshot.data))) yield snapshot;
  }
}

function toId(values: Value[]): string {
  return String(values.at(-1));
}

function toStart(index: SortedIndex, starts: Key[]): Key | undefined {
  const [first, second] = starts;
  return first && second && index.compare(first, second) < 0 ? second : first;
}

function readTuples(index: SortedIndex, tuples: string[], start: Key | undefined): Iterable<Key> {
  const [only, ...more] = tuples;
  if (only === undefined) return [];
  if (more.length === 0) return index.keys(only, start);
  return merge(
    tuples.map((tuple) => index.keys(tuple, start)),
    index.compare,
  );
}

/** One ordered sequence from several; there are at most 30, so the least is found by looking at each. */
function* merge(sources: Iterable<Key>[], compare: (a: Key, b: Key) => number): Iterable<Key> {
  const heads: { key: Key; rest: Iterator<Key> }[] = [];
  for (const source of sources) pushNext(heads, source[Symbol.iterator]());
  while (heads.length > 0) {
    const least = heads.reduce((a, b) => (compare(b.key, a.key) < 0 ? b : a));
    yield least.key;
    heads.splice(heads.indexOf(least), 1);
    pushNext(heads, least.rest);
  }
}

function pushNext(heads: { key: Key; rest: Iterator<Key> }[], rest: Iterator<Key>): void {
  const next = rest.next();
  if (!next.done) heads.push({ key: next.value, rest });
}
