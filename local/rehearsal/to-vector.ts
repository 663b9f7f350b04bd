import { createHash } from "node:crypto";

const dimensionsOf: Record<string, number> = {
  "gemini-embedding-001": 3072,
  "text-embedding-3-large": 3072,
  "text-embedding-3-small": 1536,
  "text-embedding-ada-002": 1536,
};

/**
 * A vector of length 1, always the same for the same text. Each word adds a direction of its own, so texts that share words
 * are near each other.
 */
export function toVector(text: string, model: string, wanted?: number): number[] {
  const dimensions = wanted ?? dimensionsOf[model] ?? 768;
  const sum = new Float64Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) addDirection(sum, word);
  const norm = Math.hypot(...sum);
  return Array.from(sum, (value) => Number((value / norm).toFixed(8)));
}

/** Xorshift, started with the word's hash. */
function addDirection(sum: Float64Array, word: string): void {
  let state = createHash("sha256").update(word).digest().readInt32LE() || 1;
  for (let at = 0; at < sum.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    sum[at] = (sum[at] ?? 0) + state / 2 ** 31;
  }
}
