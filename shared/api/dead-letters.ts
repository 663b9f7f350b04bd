import { z } from "zod";
import { TaskType } from "./task-type.ts";

const model = z.string().min(1).max(200);

const filter = {
  /** Died at this time or later, and before. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  type: TaskType.optional(),
  model: model.optional(),
  /** Of the error, such as provider_overloaded. */
  code: z.string().min(1).max(100).optional(),
  /** Anywhere in the input's texts or the error's message, in whatever case. */
  text: z.string().min(1).max(200).optional(),
};

export const DeadLetterFilter = z.strictObject(filter).meta({
  id: "DeadLetterFilter",
  description:
    "All that are given must hold. `from` (inclusive) and `to` (exclusive) are times of death. `text` is looked for in the input and the error's message, in any case; inputs above 100 KB are not looked into.",
});
export type DeadLetterFilter = z.infer<typeof DeadLetterFilter>;

export const ListDeadLetters = z.strictObject({
  ...filter,
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
});
export type ListDeadLetters = z.infer<typeof ListDeadLetters>;

export const ReplayTask = z
  .strictObject({ model: model.optional() })
  .meta({ id: "ReplayTask", description: "`model`: another one than before." });
export type ReplayTask = z.infer<typeof ReplayTask>;

export const ReplayDeadLetters = z
  .strictObject({ filter: DeadLetterFilter, model: model.optional(), cursor: z.string().max(500).optional() })
  .meta({
    id: "ReplayDeadLetters",
    description: "`cursor`: go on behind what an earlier call looked at.",
  });
export type ReplayDeadLetters = z.infer<typeof ReplayDeadLetters>;

export const ReplayedDeadLetters = z
  .object({
    replayed: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    more: z.boolean(),
    nextCursor: z.string().optional(),
  })
  .meta({
    id: "ReplayedDeadLetters",
    description:
      "`failed` could not be replayed: they run already, or do not fit the model. `more`: call again, with `nextCursor` as `cursor` where there is one; where the line became full, after a while.",
  });
export type ReplayedDeadLetters = z.infer<typeof ReplayedDeadLetters>;
