import { z } from "zod";
import { Role } from "./keys.ts";

/** What is bounded: calls, micro-dollars, tokens read and written, tasks that have not ended. */
export const Measure = z.enum(["requests", "micros", "tokens", "activeTasks"]).meta({ id: "Measure" });
export type Measure = z.infer<typeof Measure>;

/** Whose an allowance is. */
export const AllowanceScope = z
  .enum(["user", "key", "tenant", "relatedEntity"])
  .meta({ id: "AllowanceScope" });
export type AllowanceScope = z.infer<typeof AllowanceScope>;

/** By the calendar, in UTC. */
export const Period = z.enum(["min", "hour", "day", "month"]).meta({ id: "Period" });
export type Period = z.infer<typeof Period>;

const unlimited = z.literal("unlimited");

const LimitText = z
  .string()
  .regex(
    /^\d{1,15}\/(min|hour|day|month)$/,
    "must be count/period, such as 1000/hour, 500000/day or 50000000/month",
  );

/** One limit, or up to three of different periods; `unlimited` lifts what conea.yaml says. */
const PeriodLimit = z.union(
  [unlimited, LimitText, z.array(LimitText).min(1).max(3)],
  "must be count/period, such as 1000/hour or 50000000/month; a list of up to three; or unlimited",
);

export const AllowanceLimits = z
  .strictObject({
    requests: PeriodLimit.optional(),
    micros: PeriodLimit.optional(),
    tokens: PeriodLimit.optional(),
    activeTasks: z.union([unlimited, z.int().min(0).max(1_000_000_000)]).optional(),
  })
  .meta({
    id: "AllowanceLimits",
    description:
      "What may be used: `requests`, `micros` (micro-dollars) and `tokens` per minute, hour, day or month of the calendar in UTC, such as `1000/hour`; `activeTasks` at a time. A measure that is absent is as conea.yaml says; `unlimited` lifts it.",
  });
export type AllowanceLimits = z.infer<typeof AllowanceLimits>;

const count = z.int().nonnegative();

/** How one allowance stands. */
export const AllowanceState = z
  .object({
    scope: AllowanceScope,
    scopeId: z.string(),
    measure: Measure,
    limit: count,
    /** Absent for `activeTasks`. */
    period: Period.optional(),
    /** Known to be used, and reserved for what is under way. */
    spent: count,
    reserved: count,
    left: count,
    /** When the period ends and all of it is there again. */
    renewsAt: z.iso.datetime().optional(),
  })
  .meta({
    id: "AllowanceState",
    description:
      "`left` is what is neither spent nor reserved. What instances have taken for requests to come counts as left here; at most 5 % of the limit.",
  });
export type AllowanceState = z.infer<typeof AllowanceState>;

export const AllowanceSubject = z
  .object({
    scope: AllowanceScope,
    scopeId: z.string(),
    /** Of a user: whose limits of conea.yaml `allowances` shows. */
    role: Role.optional(),
    /** What an administrator has set; absent where conea.yaml alone decides. */
    limits: AllowanceLimits.optional(),
    allowances: z.array(AllowanceState),
  })
  .meta({
    id: "AllowanceSubject",
    description:
      "A user's limits of conea.yaml are those of the role of the key that a request comes with. `role` says which are shown: your own where you ask for yourself, `user` for anybody else. What an administrator has set holds for every role.",
  });
export type AllowanceSubject = z.infer<typeof AllowanceSubject>;

export const ListAllowances = z.strictObject({
  /** Its allowances too. */
  relatedEntity: z.string().min(1).max(200).optional(),
});
export type ListAllowances = z.infer<typeof ListAllowances>;

export const AllowancePage = z.object({ items: z.array(AllowanceState) }).meta({ id: "AllowancePage" });
export type AllowancePage = z.infer<typeof AllowancePage>;
