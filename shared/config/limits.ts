import { z } from "zod";
import { RateText } from "./rate.ts";

/** What the calls of a line may be bounded by. */
export const Limits = z.strictObject({
  requests: z
    .union(
      [RateText.transform((rate) => [rate]), z.array(RateText).min(1).max(4)],
      "must be a rate, count/period, such as 10/s, 60/min, 50/hour, 1000/day or 10/2s; or a list of up to four",
    )
    .optional(),
  /** Tokens read and written together: an estimate at the claim, the truth once the call has ended. */
  tokens: RateText.optional(),
  concurrency: z.int().min(1).max(10_000).optional(),
});

/** What a model that has limits of its own is limited by: something. */
export const OwnLimits = Limits.refine(
  (limits) => Object.keys(limits).length > 0,
  "must hold requests, tokens or concurrency",
);
