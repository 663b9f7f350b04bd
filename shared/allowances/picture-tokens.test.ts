import fc from "fast-check";
import { expect, it } from "vitest";
import { toPictureTokens } from "./picture-tokens.ts";

it.each([
  ["gpt-image-2", { size: "1024x1024", quality: "high" }, 7_024],
  ["gpt-image-2", { size: "1536x1024", quality: "high" }, 5_488],
  ["gpt-image-2", { size: "1024x1792", quality: "high" }, 5_063],
  ["gpt-image-2", { size: "3584x2048", quality: "high" }, 12_329],
  ["gpt-image-2", { size: "1024x1024", quality: "low" }, 196],
  ["gpt-image-2", { quality: "medium" }, 5_930],
  ["gpt-image-2-2026-04-21", { size: "auto", quality: "auto" }, 23_719],
  ["gpt-image-1.5", { quality: "high" }, 6_240],
  ["gpt-image-2.6-sunburst", { size: "1024x1024", quality: "low" }, 94_876],
] as const)("bounds a picture of %s with %j", (name, asked, tokens) => {
  expect(toPictureTokens(name, asked)).toBe(tokens);
});

it("bounds every size by the largest, whatever its shape", () => {
  const side = fc.integer({ min: 1, max: 240 }).map((count) => count * 16);
  const quality = fc.constantFrom("low", "medium", "high", "auto");
  const most = toPictureTokens("gpt-image-2", {});
  fc.assert(
    fc.property(side, side, quality, (width, height, quality) => {
      fc.pre(width * height <= 8_294_400);
      expect(toPictureTokens("gpt-image-2", { size: `${width}x${height}`, quality })).toBeLessThanOrEqual(
        most,
      );
    }),
  );
});
