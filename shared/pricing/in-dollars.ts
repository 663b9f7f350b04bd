import type { ModelPrice } from "../api/model-price.ts";

/** Prices as vendors write them: in dollars per million tokens, images and text read at one price unless it says otherwise. */
export type InDollars = {
  input?: number;
  cached?: number;
  cacheWrite?: number;
  image?: number;
  audio?: number;
  output?: number;
  imageOutput?: number;
  audioOutput?: number;
};

/** A model that reads and writes text. `long` above so many tokens; `{}` where that costs something else that is not known. */
export function inDollars(price: InDollars, above?: { tokens: number; price: InDollars }): ModelPrice {
  return {
    ...toClasses(price),
    ...(above && { longContext: { aboveTokens: above.tokens, ...toClasses(above.price) } }),
  };
}

/** All classes at half the price, as vendors sell what may wait. */
export function atHalf(price: ModelPrice): ModelPrice {
  const { longContext, ...classes } = price;
  const halved = halve(classes);
  return longContext
    ? { ...halved, longContext: { ...halve(longContext), aboveTokens: longContext.aboveTokens } }
    : halved;
}

function halve<T extends Record<string, number | undefined>>(classes: T): T {
  const halves = Object.entries(classes).map(([name, micros]) => [name, micros && Math.round(micros / 2)]);
  return Object.fromEntries(halves) as T;
}

function toClasses(price: InDollars): Omit<ModelPrice, "longContext"> {
  const { input, cached, cacheWrite, image = input, audio, output, imageOutput, audioOutput } = price;
  const classes = {
    inputMicros: input,
    cachedInputMicros: cached,
    cacheWriteMicros: cacheWrite,
    imageInputMicros: image,
    audioInputMicros: audio,
    outputMicros: output,
    imageOutputMicros: imageOutput,
    audioOutputMicros: audioOutput,
  };
  const known = Object.entries(classes).filter(([, dollars]) => dollars !== undefined);
  return Object.fromEntries(known.map(([name, dollars]) => [name, Math.round((dollars ?? 0) * 1_000_000)]));
}
