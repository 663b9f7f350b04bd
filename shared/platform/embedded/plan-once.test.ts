import { expect, it } from "vitest";
import { freezeDeep } from "../../core/freeze-deep.ts";
import type { Filter, Query } from "../documents.ts";
import { planOnce } from "./plan-once.ts";

it("plans a query that cannot change once", () => {
  const query: Query = freezeDeep({ collection: "c", where: [["a", "==", 1]] });
  expect(planOnce(query)).toBe(planOnce(query));
});

it("plans any other as it has become", () => {
  const where: Filter[] = [["a", "==", 1]];
  const query: Query = Object.freeze({ collection: "c", where });
  expect(planOnce(query).shape.equalities).toEqual([["a"]]);
  where.push(["b", "==", 2]);
  expect(planOnce(query).shape.equalities).toEqual([["a"], ["b"]]);
});
