import { z } from "zod";

export const TrimStrategy = z.enum(["oldest", "summarise"]).meta({ id: "TrimStrategy" });
export type TrimStrategy = z.infer<typeof TrimStrategy>;

export const TrimRequest = z
  .strictObject({
    maxInputTokens: z.int().min(1).max(100_000_000),
    /** The newest turns that are kept whatever they take. */
    keepTurns: z.int().min(1).max(2_000).optional(),
    strategy: TrimStrategy.default("oldest"),
    /** Who writes the summary; a model of the same provider where absent. */
    summaryModel: z.string().min(1).max(200).optional(),
  })
  .meta({
    id: "TrimRequest",
    description:
      "Leaves out the oldest turns of a conversation until it fits into `maxInputTokens`. Kept always: system messages, tools, the last message of the user, the last message, and each tool call with its results. `keepTurns`: so many of the newest turns are kept whole, too. `summarise`: one message that sums up what is left out stands in its place; where none could be had in time, it is left out without.",
  });
export type TrimRequest = z.infer<typeof TrimRequest>;

export const Trimmed = z
  .object({
    droppedMessages: z.int().positive(),
    /** By the model's own encoding; `estimated` where that is not known. */
    droppedTokens: z.int().nonnegative(),
    estimated: z.literal(true).optional(),
    /** Where a summary was asked for: whether there is one. */
    summarised: z.boolean().optional(),
    /** The task that wrote the summary. */
    summaryTask: z.string().optional(),
    /** Why there is none. */
    reason: z.enum(["refused", "failed", "late", "too_long"]).optional(),
  })
  .meta({ id: "Trimmed", description: "What was left out of a conversation when it was submitted." });
export type Trimmed = z.infer<typeof Trimmed>;
