import { expect, it } from "vitest";
import { applyWrite } from "./apply-write.ts";

it("an update takes away what a path leads to, not the key that is written like it", () => {
  const before = { "a.b": 1, a: { b: 2, c: 3 }, d: 4 };
  const removes = ["a.b", "d"];
  const after = applyWrite(before, { op: "update", path: "c/x", fields: {}, increments: {}, removes });
  expect(after).toEqual({ "a.b": 1, a: { c: 3 } });
});
