import { expect, it } from "vitest";
import { type OpenDocuments, useDocuments } from "./documents.fixture.ts";
import { InvalidDocument, type NearestQuery, type Query, type Value, type Write } from "./documents.ts";

const mebibyte = 1_048_576;

/** A value in `depth` maps. */
function nest(depth: number): Value {
  let value: Value = 1;
  for (let level = 0; level < depth; level++) value = { m: value };
  return value;
}

const manyWrites = (count: number): Write[] =>
  Array.from({ length: count }, (_, index) => ({ op: "delete", path: `limits/${index}` }));

const badData: [string, object][] = [
  ["a document above 1 MiB", { a: "x".repeat(700_000), b: "x".repeat(350_000) }],
  ["maps nested 21 deep", { f: nest(21) }],
  ["arrays and maps nested 21 deep", { f: [nest(20)] }],
  ["an array directly inside an array", { a: [[1]] }],
  ["an empty key", { "": 1 }],
  ["an empty key below", { a: { "": 1 } }],
  ["a reserved key", { __x__: 1 }],
  ["a reserved key below", { a: [{ __x__: 1 }] }],
  ["a key above 1,500 bytes", { ["é".repeat(751)]: 1 }],
  ["keys above 1,500 bytes together", { a: { ["k".repeat(1_500)]: 1 } }],
  ["NaN", { a: Number.NaN }],
  ["an infinite number", { a: [Number.POSITIVE_INFINITY] }],
  ["a bigint", { a: 1n }],
  ["a function", { a: () => 1 }],
  ["a symbol", { a: Symbol("s") }],
  ["a date", { a: new Date(0) }],
  ["a Map", { a: new Map() }],
  ["bytes", { a: new Uint8Array(1) }],
  ["undefined in an array", { a: [undefined] }],
  ["half a surrogate pair", { a: "\ud83d" }],
  ["a key with half a surrogate pair", { "\ud83d": 1 }],
  ["an array as document", [1]],
  ["a vector as document", { $vector: [1] }],
  ["a vector beside other keys", { v: { $vector: [1], a: 1 } }],
  ["an empty vector", { v: { $vector: [] } }],
  ["a vector that is not of numbers", { v: { $vector: [1, "2"] } }],
  ["a vector of 2,049 dimensions", { v: { $vector: Array(2_049).fill(0) } }],
  ["a vector in an array", { a: [{ $vector: [1] }] }],
];

const goodData: [string, object][] = [
  ["almost 1 MiB", { a: "x".repeat(mebibyte - 400) }],
  ["maps nested 20 deep", { f: nest(20) }],
  ["an array in a map in an array", { a: [{ b: [1] }] }],
  ["odd keys", { "a.b": 1, "a/b": 2, "`": 3, $x: 4, " ": 5, __a: 6, constructor: 7, toString: 8 }],
  ["a key of 1,500 bytes", { ["é".repeat(750)]: 1 }],
  ["a vector of 2,048 dimensions", { v: { $vector: Array(2_048).fill(0.5) } }],
  ["no fields", {}],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
];

const badPaths = [
  "",
  "a",
  "a/b/c",
  "/a",
  "a/",
  "a//b/c",
  "a/.",
  "a/..",
  "a/__x__",
  "__c__/a",
  `a/${"é".repeat(751)}`,
  "a/\ud83d",
];

const path = "limits/a";
const badWrites: [string, Write][] = [
  ["names a field twice", { op: "update", path, fields: { a: 1 }, increments: { a: 1 } }],
  ["names a field and a map that holds it", { op: "update", path, fields: { a: {} }, removes: ["a.b"] }],
  ["has a path with an empty key", { op: "update", path, fields: { "a..b": 1 } }],
  ["has a path that is not of identifiers", { op: "update", path, fields: { "a.b-c": 1 } }],
  ["has a reserved key", { op: "update", path, removes: ["__x__"] }],
  ["sets a vector's inside", { op: "update", path, fields: { $vector: [1] } }],
  ["nests deeper than 20 by its path", { op: "update", path, fields: { "a.b": nest(20) } }],
  ["adds what is not a number", { op: "update", path, increments: { a: Number.NaN } }],
  ["asks for absence", { op: "update", path, fields: { a: 1 }, precondition: { exists: false } }],
];

const badCommits: [string, Write[]][] = [
  ["more than 500 writes", manyWrites(501)],
  [
    "more than 10 MiB",
    Array.from({ length: 12 }, (_, index) => ({
      op: "set",
      path: `limits/${index}`,
      data: { a: "x".repeat(1_000_000) },
    })),
  ],
  [
    "two creations of one document",
    [
      { op: "create", path, data: {} },
      { op: "create", path, data: {} },
    ],
  ],
  [
    "an update behind the deletion",
    [
      { op: "delete", path },
      { op: "update", path, fields: { a: 1 } },
    ],
  ],
];

type Invalid<T> = [string, Partial<T>];

const badQueries: Invalid<Query>[] = [
  ["a document's path", { collection: "a/b" }],
  ["a negative limit", { limit: -1 }],
  ["half a limit", { limit: 1.5 }],
  ["an empty in", { where: [["a", "in", []]] }],
  ["31 values of in", { where: [["a", "in", Array.from({ length: 31 }, (_, n) => n)]] }],
  [
    "36 combinations of in",
    {
      where: [
        ["a", "in", [1, 2, 3, 4, 5, 6]],
        ["b", "in", [1, 2, 3, 4, 5, 6]],
      ],
    },
  ],
  [
    "two array-contains",
    {
      where: [
        ["a", "array-contains", 1],
        ["b", "array-contains", 1],
      ],
    },
  ],
  ["a range from null", { where: [["a", ">", null]] }],
  ["a filter that is not JSON", { where: [["a", "==", Number.NaN]] }],
  ["a field with an empty key", { where: [["a..b", "==", 1]] }],
  [
    "one field twice in the order",
    {
      orderBy: [
        ["a", "asc"],
        ["a", "desc"],
      ],
    },
  ],
  ["a place with too few values", { orderBy: [["a", "asc"]], startAfter: { values: [], id: "x" } }],
  ["a place with too many values", { startAfter: { values: [1], id: "x" } }],
  [
    "a place in an order that does not name the range",
    { where: [["a", ">", 1]], startAfter: { values: [], id: "x" } },
  ],
];

const badNearest: Invalid<NearestQuery>[] = [
  ["a limit of 0", { limit: 0 }],
  ["a limit of 1,001", { limit: 1_001 }],
  ["an empty vector", { vector: [] }],
  ["a vector of 2,049 dimensions", { vector: Array(2_049).fill(1) }],
  ["a vector with NaN", { vector: [Number.NaN] }],
  ["vectors below a map", { field: "m.e" }],
];

export function describeLimits(open: OpenDocuments): void {
  const at = useDocuments(open);

  it.each(badData)("refuses %s", async (_name, data) => {
    const target = `${at.newCollection()}/a`;
    await expect(at.documents.commit([{ op: "create", path: target, data }])).rejects.toThrow(
      InvalidDocument,
    );
    expect(await at.documents.get(target)).toBeUndefined();
  });

  it.each(goodData)("takes %s", async (_name, data) => {
    const target = `${at.newCollection()}/a`;
    await at.documents.commit([{ op: "create", path: target, data }]);
    expect((await at.documents.get(target))?.data).toEqual({ ...data });
  });

  it.each(badPaths)("refuses the path %j", async (bad) => {
    await expect(at.documents.get(bad)).rejects.toThrow(InvalidDocument);
    await expect(at.documents.commit([{ op: "delete", path: bad }])).rejects.toThrow(InvalidDocument);
  });

  it.each(badWrites)("refuses an update that %s", async (_name, write) => {
    await expect(at.documents.commit([write])).rejects.toThrow(InvalidDocument);
  });

  it.each(badCommits)("refuses a commit with %s", async (_name, writes) => {
    await expect(at.documents.commit(writes)).rejects.toThrow(InvalidDocument);
  });

  it("takes 500 writes", async () => {
    expect(await at.documents.commit(manyWrites(500))).toHaveLength(500);
  });

  it("refuses an update that makes a document too large, and changes nothing", async () => {
    const target = `${at.newCollection()}/a`;
    await at.documents.commit([{ op: "create", path: target, data: { a: "x".repeat(700_000) } }]);
    const grow = at.documents.commit([{ op: "update", path: target, fields: { b: "x".repeat(700_000) } }]);
    await expect(grow).rejects.toThrow(InvalidDocument);
    expect(Object.keys((await at.documents.get(target))?.data ?? {})).toEqual(["a"]);
  });

  it.each(badQueries)("refuses a query with %s", async (_name, query) => {
    const whole = { collection: "limits", ...query };
    await expect(at.documents.query(whole)).rejects.toThrow(InvalidDocument);
    await expect(at.documents.count(whole)).rejects.toThrow(InvalidDocument);
    const listen = () =>
      at.documents.listen(
        whole,
        () => undefined,
        () => undefined,
      );
    expect(listen).toThrow(InvalidDocument);
  });

  it.each(badNearest)("refuses nearest with %s", async (_name, query) => {
    const good = { collection: "limits", field: "e", vector: [1], limit: 1, distance: "cosine" as const };
    await expect(at.documents.nearest({ ...good, ...query })).rejects.toThrow(InvalidDocument);
  });
}
