import { describe, expect, it } from "vitest";
import type { Query } from "../../shared/platform/documents.ts";
import { IndexFile } from "./index-file.ts";
import { isServed } from "./is-served.ts";
import { toNearestShape, toQueryShape } from "./query-shape.ts";

/** `a b c-` finds or sorts by three fields, the last descending; `a[]` is an array, `v#` a vector. */
function toIndex(words: string) {
  const fields = words.split(" ").map((word) => {
    const fieldPath = word.replace(/[-#]$|\[\]$/, "");
    if (word.endsWith("[]")) return { fieldPath, arrayConfig: "CONTAINS" };
    if (word.endsWith("#")) return { fieldPath, vectorConfig: { dimension: 2, flat: {} } };
    return { fieldPath, order: word.endsWith("-") ? "DESCENDING" : "ASCENDING" };
  });
  return { collectionGroup: "c", queryScope: "COLLECTION", fields };
}

const exempt = { collectionGroup: "c", fieldPath: "*", indexes: [] };
const toFile = (indexes: string[], fieldOverrides: object[] = [exempt]) =>
  IndexFile.parse({ indexes: indexes.map(toIndex), fieldOverrides });

const whole: Query = { collection: "x/y/c" };
const byA: Query = { ...whole, where: [["a", "==", 1]] };
const byAB: Query = {
  ...whole,
  where: [
    ["a", "==", 1],
    ["b", "in", [1, 2]],
  ],
};
const inOrder: Query = { ...byAB, orderBy: [["s", "desc"]] };
const inRange: Query = { ...byAB, where: [...(byAB.where ?? []), ["s", ">", 1]] };

const cases: [promise: string, query: Query, indexes: string[], served: boolean][] = [
  ["all documents by their id need no index", whole, [], true],
  ["one equality needs its field's index, which is exempt", byA, [], false],
  ["two equalities: an index of both", byAB, ["a b"], true],
  ["two equalities: in any order of the fields", byAB, ["b a"], true],
  ["two equalities: not the index of one of them", byAB, ["a x"], false],
  ["two equalities: not one that sorts by more", byAB, ["a b s"], false],
  ["two equalities: not one that sorts the ids backwards", byAB, ["a b-"], false],
  ["two equalities and an order: exactly that order", inOrder, ["a b s-"], true],
  ["two equalities and an order: not the other direction", inOrder, ["a b s"], false],
  ["two equalities and an order: not a longer one", inOrder, ["a b s- t-"], false],
  ["two equalities and an order: merged from two that sort alike", inOrder, ["a s-", "b s-"], true],
  ["two equalities and an order: not from one of the two", inOrder, ["a s-"], false],
  ["two equalities and an order: not from two that sort differently", inOrder, ["a s-", "b s"], false],
  ["two equalities and an order: not one that finds by a third field too", inOrder, ["a b x s-"], false],
  ["a range is an order", inRange, ["a b s"], true],
  ["a range is an ascending one, unless it is said", inRange, ["a b s-"], false],
];

describe("which index a query needs", () => {
  it.each(cases)("%s", (_promise, query, indexes, served) => {
    expect(isServed(toQueryShape(query), toFile(indexes))).toBe(served);
  });

  it("takes a field's own index where it is not exempt", () => {
    const indexes = [{ queryScope: "COLLECTION", order: "ASCENDING" }];
    const indexed = toFile([], [exempt, { collectionGroup: "c", fieldPath: "a", indexes }]);
    expect(isServed(toQueryShape(byA), indexed)).toBe(true);
    expect(isServed(toQueryShape(byAB), indexed)).toBe(false);
    expect(isServed(toQueryShape({ ...whole, orderBy: [["a", "asc"]] }), indexed)).toBe(true);
    expect(isServed(toQueryShape({ ...whole, orderBy: [["a", "desc"]] }), indexed)).toBe(false);
    expect(isServed(toQueryShape(byAB), toFile([], []))).toBe(true);
  });

  it("looks for one element in an array's index", () => {
    const query: Query = { ...whole, where: [...(byA.where ?? []), ["t", "array-contains", "x"]] };
    expect(isServed(toQueryShape(query), toFile(["a t[]"]))).toBe(true);
    expect(isServed(toQueryShape(query), toFile(["a t"]))).toBe(false);
  });

  it("looks for neighbours in one vector index with all that must be equal", () => {
    const shape = toNearestShape({ ...byA, field: "v", vector: [1, 0], distance: "cosine", limit: 1 });
    expect(isServed(shape, toFile(["a v#"]))).toBe(true);
    expect(isServed(shape, toFile(["b v#"]))).toBe(false);
    expect(isServed({ ...shape, equal: ["a", "b"] }, toFile(["a v#", "b v#"]))).toBe(false);
  });

  it("does not take another collection's index, nor one of a whole group", () => {
    const other = toFile(["a b"], [{ ...exempt, collectionGroup: "d" }]);
    expect(isServed({ ...toQueryShape(byAB), collectionGroup: "d" }, other)).toBe(false);
    const group = { ...toIndex("a b"), queryScope: "COLLECTION_GROUP" };
    expect(
      isServed(toQueryShape(byAB), IndexFile.parse({ indexes: [group], fieldOverrides: [exempt] })),
    ).toBe(false);
  });
});
