import type { ProviderKind } from "../config/conea-config.ts";

type Ceiling = { names: RegExp; tokens: number };

/**
 * By OpenAI's names, the first that matches; looked up on 2026-11-26. Images are sent without `detail`, which is `auto`.
 * https://developers.openai.com/api/docs/guides/images-vision#model-sizing-behavior
 */
const openai: readonly Ceiling[] = [
  // Fitted into 2,048 x 2,048 and to 768 on the shorter side: at most 8 tiles of 5,667, and 2,833.
  { names: /^gpt-4o-mini/, tokens: 48_169 },
  // Tiles: 85 and 8 of 170. The small ones: 1,536 patches of 32 pixels, by at most 2.46 (gpt-4.1-nano).
  { names: /^(gpt-4o|chatgpt-4o|gpt-4\.[15]|gpt-4-turbo|o[134]|gpt-5(\.1)?(-|$))/, tokens: 3_779 },
  // 10,000 patches, by 1.2.
  { names: /^gpt-5\.[2-5]/, tokens: 12_000 },
  // Not made smaller: what has more than 30,000 patches is refused.
  { names: /^gpt-(5\.6|6)-(sol|terra|astra)/, tokens: 36_000 },
];
/** 30,000 patches by the largest factor of any model; relays that refuse later were seen to take 52,875 by 1.2. */
const unknownTokens = 73_800;

/** https://ai.google.dev/gemini-api/docs/image-understanding#token-calculation */
const gemini: readonly Ceiling[] = [
  // At most 3,072 pixels a side, in tiles of two thirds of the shorter side, 256 at least: 12 by 2 of 258 tokens.
  { names: /^gemini-[12]/, tokens: 6_192 },
];
/** Twice the 1,120 of high resolution, the default: https://ai.google.dev/gemini-api/docs/media-resolution#token-counts */
const geminiTokens = 2_240;

/** In high resolution (2,576 pixels a side): https://platform.claude.com/docs/en/build-with-claude/vision */
const anthropicTokens = 4_784;

/** The most tokens that one image read by a model counts as. Of a server of unknown kind it is a guess. */
export function toImageTokens(kind: ProviderKind | undefined, name: string): number {
  if (kind === "unsplash") return 0;
  if (kind === "anthropic") return anthropicTokens;
  if (kind === "gemini") return find(gemini, name) ?? geminiTokens;
  return (kind === "openai" ? find(openai, name) : undefined) ?? unknownTokens;
}

function find(ceilings: readonly Ceiling[], name: string): number | undefined {
  return ceilings.find(({ names }) => names.test(name))?.tokens;
}
