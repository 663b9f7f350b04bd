import fc from "fast-check";
import type { Filter, NearestQuery, Precondition, Query, Value, Write } from "../documents.ts";

/** A few values of each kind, so that random ones often meet. */
const scalars = fc.constantFrom<Value>(
  null,
  false,
  true,
  -1,
  0,
  1,
  2.5,
  1e21,
  "",
  "a",
  "b",
  "\u{ff5e}",
  "\u{1f600}",
);
const keys = fc.constantFrom("x", "y");
const numbers = fc.constantFrom(0, 1, 2);
const vectors: fc.Arbitrary<number[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(numbers, numbers) },
  fc.tuple(numbers),
);
const values: fc.Arbitrary<Value> = fc.oneof(
  { weight: 8, arbitrary: scalars },
  fc.array(scalars, { maxLength: 2 }),
  fc.dictionary(keys, scalars, { maxKeys: 2 }),
  { weight: 2, arbitrary: vectors.map(($vector) => ({ $vector })) },
);
const fields = fc.constantFrom("a", "a", "b", "b", "m.x", "m.y", "m", "a-b");
const changedFields = fc.oneof(
  { weight: 9, arbitrary: fields },
  { weight: 3, arbitrary: fc.constant("deleteAt") },
  fc.constant("deleteAt.x"),
);
const collections = fc.constantFrom("c", "c", "c", "c/1/d");
const ids = fc.constantFrom("1", "2", "3", "4", "5", "6");
const paths = fc.tuple(collections, ids).map((segments) => segments.join("/"));

/** Mostly times, some of them the same moment. */
const deleteTimes = fc.constantFrom<Value>(
  "2100-01-01T00:00:00.000Z",
  "2100-01-01T01:00:00+01:00",
  "2100-01-01T00:00:00.000001Z",
  "2100-01-01T00:00:00.000001Z",
  "2100-01-01T00:00:00.000001999Z",
  "2100-02-30T00:00:00Z",
);

const data = fc.record(
  {
    a: values,
    b: scalars,
    m: fc.dictionary(keys, values, { maxKeys: 2 }),
    "a-b": scalars,
    deleteAt: deleteTimes,
  },
  { requiredKeys: ["a"] },
);

/** Which update time a precondition asks for is decided when it is used: `current` or one of before. */
export type RandomPrecondition = undefined | { exists: boolean } | { time: "current" | "stale" };
const preconditions: fc.Arbitrary<RandomPrecondition> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  fc.record({ exists: fc.boolean() }),
  fc.record({ time: fc.constantFrom("current" as const, "stale" as const) }),
);

export type RandomWrite = { write: Write; precondition: RandomPrecondition };

const updates = fc
  .record({
    path: paths,
    kinds: fc.dictionary(changedFields, fc.constantFrom("set", "add", "remove"), { maxKeys: 3 }),
  })
  .chain(({ path, kinds }) =>
    fc.tuple(values, fc.constantFrom(1, -1, 0), deleteTimes).map((changes) => toUpdate(path, kinds, changes)),
  );

function toUpdate(
  path: string,
  kinds: Record<string, string>,
  [value, amount, deleteAt]: [Value, number, Value],
): Write {
  const named = (kind: string) => Object.keys(kinds).filter((name) => kinds[name] === kind);
  return {
    op: "update",
    path,
    fields: Object.fromEntries(named("set").map((name) => [name, name === "deleteAt" ? deleteAt : value])),
    increments: Object.fromEntries(named("add").map((name) => [name, amount])),
    removes: named("remove"),
  };
}

const writes: fc.Arbitrary<RandomWrite> = fc.record({
  write: fc.oneof(
    fc.record({ op: fc.constant("create" as const), path: paths, data }),
    { weight: 3, arbitrary: fc.record({ op: fc.constant("set" as const), path: paths, data }) },
    { weight: 2, arbitrary: updates },
    fc.record({ op: fc.constant("delete" as const), path: paths }),
  ),
  precondition: preconditions,
});

const ranges: fc.Arbitrary<Filter> = fc.tuple(
  fields,
  fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const),
  values,
);

const filters: fc.Arbitrary<Filter> = fc.oneof(
  fc.tuple(fields, fc.constant("==" as const), values),
  ranges,
  fc.tuple(fields, fc.constant("in" as const), fc.array(values, { minLength: 1, maxLength: 3 })),
  fc.tuple(fields, fc.constant("array-contains" as const), scalars),
);

const orders = fc.uniqueArray(fc.tuple(fields, fc.constantFrom("asc" as const, "desc" as const)), {
  maxLength: 2,
  selector: ([field]) => field,
});

export const queries: fc.Arbitrary<Query> = fc
  .record({
    collection: collections,
    where: fc.oneof(
      fc.array(filters, { maxLength: 1 }),
      fc.array(ranges, { minLength: 1, maxLength: 2 }),
      fc.array(filters, { maxLength: 3 }),
    ),
    orderBy: orders,
    limit: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    place: fc.option(fc.tuple(values, values, ids), { nil: undefined }),
  })
  .map(({ collection, where, orderBy, limit, place }) => ({
    collection,
    where,
    orderBy,
    ...(limit !== undefined && { limit }),
    ...(place && { startAfter: { values: [place[0], place[1]].slice(0, orderBy.length), id: place[2] } }),
  }));

export const nearestQueries: fc.Arbitrary<NearestQuery> = fc.record({
  collection: collections,
  where: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Filter[]>([]) },
    fc.tuple(fields, fc.constant("==" as const), values).map((filter): Filter[] => [filter]),
  ),
  field: fc.constantFrom("a", "a", "a", "b", "m.x"),
  vector: vectors,
  distance: fc.constantFrom("euclidean" as const, "cosine" as const, "dot_product" as const),
  limit: fc.integer({ min: 1, max: 4 }),
});

export type Step = { kind: "commit"; writes: RandomWrite[] } | { kind: "query"; query: Query };

export const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("commit" as const),
    writes: fc.array(writes, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("query" as const), query: queries }),
);

/** The write with its precondition, given the times the document has and had. Creations have none. */
export function withPrecondition(
  { write, precondition }: RandomWrite,
  times: { current?: string; stale?: string },
): Write {
  if (!precondition || write.op === "create") return write;
  if ("exists" in precondition) return { ...write, precondition };
  const updateTime = times[precondition.time] ?? "1999-01-01T00:00:00.000000Z";
  return { ...write, precondition: { updateTime } satisfies Precondition };
}
