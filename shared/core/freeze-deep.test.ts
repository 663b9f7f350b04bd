import { expect, it } from "vitest";
import { freezeDeep, isFrozenDeep } from "./freeze-deep.ts";

it("freezes plain data all the way down", () => {
  expect(isFrozenDeep(freezeDeep({ a: [{ b: 1 }], c: null }))).toBe(true);
});

it("tells what could still be changed, however far down", () => {
  expect(isFrozenDeep({})).toBe(false);
  expect(isFrozenDeep(Object.freeze({ a: Object.freeze([{}]) }))).toBe(false);
  expect(isFrozenDeep("text")).toBe(true);
});
