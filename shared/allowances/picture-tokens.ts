import type { ImageGenerationInput } from "../api/inputs.ts";

type Asked = Pick<ImageGenerationInput, "size" | "quality">;

/** Of gpt-image-2, which has no larger pictures; `auto` may mean any. */
const mostPixels = 8_294_400;
const sides = { low: 16, medium: 48, high: 96, auto: 96 };
/** gpt-image-1, -1.5 and -1-mini: 1,024 x 1,536 in high quality. */
const earlierTokens = 6_240;
/** Later models have qualities above `high`, and nobody says what they take. Not proven. */
const laterFactor = 4;

/**
 * The most tokens that a model of OpenAI's writes for one picture, by the calculator of
 * https://developers.openai.com/api/docs/guides/image-generation (looked up on 2026-11-26; 7,024 for 1024x1024 in high quality).
 */
export function toPictureTokens(name: string, asked: Asked): number {
  if (/^gpt-image-1/.test(name)) return earlierTokens;
  if (/^gpt-image-2(-\d|$)/.test(name)) return count(asked);
  return laterFactor * count({});
}

function count({ size = "auto", quality = "auto" }: Asked): number {
  const side = sides[quality];
  const [width = 1, height = 1] = size.split("x").map(Number);
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  if (size === "auto") return toTokens(side * side, mostPixels);
  return toTokens(side * Math.round((side * short) / long), width * height);
}

function toTokens(patches: number, pixels: number): number {
  return Math.ceil((patches * (2_000_000 + pixels)) / 4_000_000);
}
