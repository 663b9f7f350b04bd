import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minifyText } from "./minify-text.ts";

describe("minifying", () => {
  it("writes JSON without its blanks", () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        const minified = minifyText(JSON.stringify(value, undefined, 4));
        expect(JSON.parse(minified)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(minified.length).toBeLessThanOrEqual(JSON.stringify(value).length);
      }),
    );
  });

  it("takes blanks off the ends of lines, and empty lines out of rows of them", () => {
    expect(minifyText("  a  b \t\nc\n\n\n\n  d   ")).toBe("  a  b\nc\n\n  d");
    expect(minifyText("{ no JSON }  ")).toBe("{ no JSON }");
  });

  it.each([
    ["brackets", "[".repeat(500_000)],
    ["blanks that end no line", `${" ".repeat(500_000)}x`],
    ["empty lines", "\n".repeat(500_000)],
    ["nested JSON", "[".repeat(200_000) + "]".repeat(200_000)],
  ])("is fast and never fails with a row of %s", (_, text) => {
    const before = performance.now();
    expect(minifyText(text).length).toBeLessThanOrEqual(text.length);
    expect(performance.now() - before).toBeLessThan(4_000);
  });
});
