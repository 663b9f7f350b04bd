import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromTime, toTime } from "./clock.ts";

describe("a written time", () => {
  it("is as the standard writes it, whatever was written before", () => {
    const moments = fc.oneof(
      fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 1, 3) }),
      fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
    );
    const property = fc.property(fc.array(moments, { minLength: 1, maxLength: 300 }), (times) => {
      expect(times.map(toTime)).toEqual(times.map((time) => new Date(time).toISOString()));
    });
    fc.assert(property);
  });

  it("is read back as the moment that it is of", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), (time) => fromTime(toTime(time)) === time));
  });

  it("is refused where there is none", () => {
    expect(() => toTime(Number.NaN)).toThrow(RangeError);
    expect(() => toTime(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => toTime(8.64e15 + 1)).toThrow(RangeError);
  });
});
