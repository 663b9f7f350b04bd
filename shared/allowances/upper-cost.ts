import type { ModelPrice } from "../api/model-price.ts";
import { readTokens } from "../api/usage.ts";
import { costOf } from "../pricing/cost-of.ts";
import { type UpperBound, withOutput } from "./upper-bound.ts";

type Classes = Omit<ModelPrice, "longContext">;

/**
 * What a call can cost at most, in micro-dollars: what is read by the dearest way of reading, what is written by the dearest way
 * of writing. `undefined` where the price is not known.
 */
export function upperCost(bound: UpperBound, price: ModelPrice | undefined): number | undefined {
  if (!price) return undefined;
  const { longContext, ...classes } = price;
  const isLong = longContext !== undefined && readTokens(bound.usage) > longContext.aboveTokens;
  const costs = [classes, ...(isLong ? [longContext] : [])].map((one) => costOf(bound.usage, toDearest(one)));
  if (costs.some(({ known }) => !known)) return undefined;
  // Rounding may take half of one away.
  return Math.max(...costs.map(({ micros }) => micros)) + 1;
}

/** The most that may be written for so much money; `undefined` where not even reading is paid by it. */
export function toAffordable(bound: UpperBound, price: ModelPrice, micros: number): number | undefined {
  const costs = (tokens: number) => upperCost(withOutput(bound, tokens), price) ?? Number.POSITIVE_INFINITY;
  let [least, most] = [0, bound.outputTokens ?? 0];
  if (costs(least) > micros) return undefined;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (costs(middle) <= micros) least = middle;
    else most = middle - 1;
  }
  return least;
}

function toDearest(price: Classes): Classes {
  const {
    inputMicros,
    cachedInputMicros,
    cacheWriteMicros,
    imageInputMicros,
    outputMicros,
    reasoningMicros,
  } = price;
  const input = dearest(inputMicros, cachedInputMicros, cacheWriteMicros);
  const output = dearest(outputMicros, reasoningMicros);
  return {
    ...price,
    ...(input !== undefined && { inputMicros: input }),
    ...(output !== undefined && { outputMicros: output }),
    ...withDefault("imageInputMicros", dearest(imageInputMicros, inputMicros)),
    // A picture is billed by piece or by tokens: the one that is not known is not billed.
    ...(price.imageMicros !== undefined && withDefault("imageOutputMicros", price.imageOutputMicros ?? 0)),
    ...(price.imageOutputMicros !== undefined && withDefault("imageMicros", price.imageMicros ?? 0)),
    ...(price.characterMicros !== undefined &&
      withDefault("audioOutputMicros", price.audioOutputMicros ?? 0)),
    ...(price.audioOutputMicros !== undefined && withDefault("characterMicros", price.characterMicros ?? 0)),
    // What is billed by piece may be billed by that alone.
    ...(isByPiece(price) && withDefault("inputMicros", input ?? 0)),
    ...(isByPiece(price) && withDefault("outputMicros", output ?? 0)),
  };
}

function isByPiece({ characterMicros, imageMicros, imageOutputMicros }: Classes): boolean {
  return (characterMicros ?? imageMicros ?? imageOutputMicros) !== undefined;
}

function dearest(...prices: (number | undefined)[]): number | undefined {
  // What is read anew must have a price; others only where they are dearer.
  if (prices[0] === undefined) return prices.find((one) => one !== undefined);
  return Math.max(...prices.map((one) => one ?? 0));
}

function withDefault(name: keyof Classes, micros: number | undefined): Partial<Classes> {
  return micros === undefined ? {} : { [name]: micros };
}
