import { expect, it } from "vitest";
import { findCycles } from "./find-cycles.ts";

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

it("finds no circle where paths only meet again", () => {
  expect(findCycles(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toEqual([]);
});

it("reports each circle once, along its way", () => {
  expect(findCycles(graph({ a: ["b"], b: ["c"], c: ["a", "d"], d: ["d"] }))).toEqual([
    ["a", "b", "c"],
    ["d"],
  ]);
});
