import { z } from "zod";

const micros = z.int().min(0).max(1_000_000_000_000).optional();

/** What each class of usage costs. One that is left out is not known; 0 is free. */
export const priceClasses = {
  inputMicros: micros,
  cachedInputMicros: micros,
  cacheWriteMicros: micros,
  audioInputMicros: micros,
  imageInputMicros: micros,
  outputMicros: micros,
  /** What output costs, where absent. */
  reasoningMicros: micros,
  audioOutputMicros: micros,
  imageOutputMicros: micros,
  imageMicros: micros,
  secondMicros: micros,
  characterMicros: micros,
  requestMicros: micros,
};

/** `aboveTokens`: what is read in one call, cached or not. The whole call is then priced by these classes. */
export const LongContextPrice = z.strictObject({
  aboveTokens: z.int().min(1).max(100_000_000),
  ...priceClasses,
});

export const ModelPrice = z.strictObject({ ...priceClasses, longContext: LongContextPrice.optional() }).meta({
  id: "ModelPrice",
  description:
    "In micro-dollars: per million tokens of a class; `imageMicros` per image, `secondMicros` per second of audio, `characterMicros` per million characters, `requestMicros` per call, beside the rest. A class that is left out is not known (reasoning: as output), 0 is free. `longContext` holds instead for calls that read more than so many tokens.",
});
export type ModelPrice = z.infer<typeof ModelPrice>;
