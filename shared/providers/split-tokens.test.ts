import fc from "fast-check";
import { expect, test } from "vitest";
import { splitTokens } from "./split-tokens.ts";

const anyCount = fc.oneof(fc.double(), fc.constantFrom(null, undefined, -1, Number.NaN, 1.5), fc.nat(100));

test("adds up to the total and is never negative, whatever a vendor says", () => {
  fc.assert(
    fc.property(fc.nat(1_000), anyCount, anyCount, (total, audioInputTokens, imageInputTokens) => {
      const { rest, parts } = splitTokens(total, { audioInputTokens, imageInputTokens });
      const all = [rest, ...Object.values(parts)];
      expect(all.reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(all.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    }),
  );
});

test("leaves out what there is nothing of", () => {
  expect(splitTokens(5, { reasoningTokens: 0, audioOutputTokens: 2 })).toEqual({
    rest: 3,
    parts: { audioOutputTokens: 2 },
  });
});
