import { expect, it } from "vitest";
import { toImageTokens } from "./image-tokens.ts";

it.each([
  ["openai", "gpt-4o-mini-2024-07-18", 48_169],
  ["openai", "gpt-4o", 3_779],
  ["openai", "gpt-5-mini", 3_779],
  ["openai", "gpt-5.4-nano", 12_000],
  ["openai", "gpt-5.6-terra", 36_000],
  ["openai", "gpt-6-sol", 36_000],
  ["openai", "gpt-6.1-sol", 73_800],
  ["openai", "gpt-5.6-luna", 73_800],
  ["anthropic", "claude-opus-5-5", 4_784],
  ["gemini", "gemini-2.5-flash", 6_192],
  ["gemini", "gemini-3.8-flash", 2_240],
  ["unsplash", "", 0],
  [undefined, "gpt-4o", 73_800],
] as const)("bounds an image for %s's %s by what the vendor publishes", (kind, name, tokens) => {
  expect(toImageTokens(kind, name)).toBe(tokens);
});

/** What was measured of 12 megapixels, 4,032 x 3,024. */
it.each([
  ["openai", "gpt-5.5", 11_868],
  ["openai", "gpt-6-astra", 14_364],
  ["anthropic", "claude-opus-5-5", 4_005],
  ["gemini", "gemini-3.8-flash", 1_101],
] as const)("bounds what %s's %s was seen to count", (kind, name, seen) => {
  expect(toImageTokens(kind, name)).toBeGreaterThanOrEqual(seen);
});
