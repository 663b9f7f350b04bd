import { z } from "zod";

export const AskCompression = z.strictObject({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** What conversations would be trimmed to. */
  maxInputTokens: z.coerce.number().int().min(100).max(100_000_000).default(8_000),
  /** How many tasks are looked at, spread over the period. */
  sample: z.coerce.number().int().min(1).max(1_000).default(200),
});
export type AskCompression = z.infer<typeof AskCompression>;

const count = z.int().nonnegative();

const Saving = z
  .object({
    /** The tasks it would have changed. */
    tasks: count,
    tokens: count,
    /** Of the tasks whose price is known. */
    micros: count,
    /** Tasks it would have changed whose price is not known: they are not in `micros`. */
    unpriced: count,
  })
  .meta({ id: "CompressionSaving" });
export type Saving = z.infer<typeof Saving>;

export const CompressionReport = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    /** `inPeriod` stops counting at 100,000. */
    inPeriod: count,
    lookedAt: count,
    /** Looked at, and left out because their content is not kept, or too much to read. */
    unread: count,
    /** What the tasks that were looked at read, as their vendors say. */
    inputTokens: count,
    costMicros: count,
    trimming: Saving.extend({ maxInputTokens: count }),
    /** `share`: of `inputTokens`. `cachedTokens` came from the vendors' caches already, and are not in `tokens`. */
    prefixes: Saving.extend({ share: z.number().min(0).max(1), cachedTokens: count }),
    duplicates: Saving,
    /** Looked for in the first million characters. */
    minification: Saving,
  })
  .meta({
    id: "CompressionReport",
    description:
      "What would have been saved with the tasks that were looked at, each way by itself: the four overlap and do not add up. `trimming`: conversations cut to `maxInputTokens`. `prefixes`: tools and messages that an earlier task of the model began with in the hour before (1,024 tokens at least), read from the vendor's cache. `duplicates`: the same request again, answered from the cache. `minification`: JSON without its white space, and no blank space at the ends of lines. A sample misses repetitions between tasks that it does not hold, so what repeats is a lower bound.",
  });
export type CompressionReport = z.infer<typeof CompressionReport>;
