import type { ModelPrice } from "../api/model-price.ts";
import type { Cost, Usage } from "../api/task.ts";
import { readTokens } from "../api/usage.ts";

type Classes = Omit<ModelPrice, "longContext">;

/** Everything is counted in millionths of a micro-dollar, in which each class is whole. */
const denominator = 1_000_000n;

/**
 * What one call costs in micro-dollars: the exact sum over all classes, rounded half up once. Where a class was used that
 * the price does not know, `micros` is the sum of the others and `known` is false. Pure.
 */
export function costOf(usage: Usage, price: ModelPrice | undefined): Cost & { micros: number } {
  if (!price) return { micros: 0, known: false };
  const classes = classesFor(usage, price);
  let total = toCount(classes.requestMicros ?? 0) * denominator;
  let known = true;
  for (const [count, micros] of toParts(usage, classes)) {
    if (count === 0n) continue;
    if (micros === undefined) known = false;
    else total += count * toCount(micros);
  }
  return { micros: toMicros(total), known };
}

function classesFor(usage: Usage, { longContext, ...classes }: ModelPrice): Classes {
  return longContext && readTokens(usage) > longContext.aboveTokens ? longContext : classes;
}

/** How much was used of each class, in millionths of what its price is for. */
function toParts(usage: Usage, price: Classes): [count: bigint, micros: number | undefined][] {
  return [
    [toCount(usage.inputTokens), price.inputMicros],
    [toCount(usage.cachedInputTokens), price.cachedInputMicros],
    [toCount(usage.cacheWriteTokens), price.cacheWriteMicros],
    [toCount(usage.audioInputTokens), price.audioInputMicros],
    [toCount(usage.imageInputTokens), price.imageInputMicros],
    [toCount(usage.outputTokens), price.outputMicros],
    [toCount(usage.reasoningTokens), price.reasoningMicros ?? price.outputMicros],
    [toCount(usage.audioOutputTokens), price.audioOutputMicros],
    [toCount(usage.imageOutputTokens), price.imageOutputMicros],
    [toCount(usage.images) * denominator, price.imageMicros],
    // Seconds have parts: they count by the millisecond.
    [toCount((usage.seconds ?? 0) * 1_000) * 1_000n, price.secondMicros],
    [toCount(usage.characters), price.characterMicros],
  ];
}

/** What a vendor or an old document says may be anything. */
function toCount(value: number | undefined): bigint {
  return value !== undefined && Number.isFinite(value) && value > 0 ? BigInt(Math.round(value)) : 0n;
}

function toMicros(total: bigint): number {
  const micros = (total + denominator / 2n) / denominator;
  return Number(micros > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : micros);
}
