import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyWithout } from "./copy-without.ts";

const key = fc.oneof(fc.string({ minLength: 1, maxLength: 2 }), fc.constantFrom("10", "9", "a,b", "a.b"));
const proper = key.filter((name) => name !== "__proto__");
const data = fc.dictionary(proper, fc.oneof(fc.integer(), fc.constant(null), fc.constant({ x: 1 })));

describe("a copy without some keys", () => {
  it("has the others in their order, whatever was copied before", () => {
    fc.assert(
      fc.property(data, fc.array(key), (from, keys) => {
        const rest = Object.entries(from).filter(([name]) => !keys.includes(name));
        expect(Object.entries(copyWithout(from, keys))).toEqual(rest);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is its own: to change it changes no other", () => {
    const from = { a: 1, b: 2 };
    copyWithout(from, ["b"]).a = 3;
    expect(copyWithout(from, ["b"])).toEqual({ a: 1 });
    expect(from).toEqual({ a: 1, b: 2 });
  });
});
