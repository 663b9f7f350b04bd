import { z } from "zod";

const count = z.int().nonnegative();

/** How much of one limit is used. */
export const LimitUse = z
  .object({
    kind: z.enum(["requests", "tokens", "concurrency"]),
    /** As configured, such as 60/min; absent for the concurrency. */
    rate: z.string().optional(),
    used: z.int(),
    allowed: z.int().positive(),
    windowSeconds: z.number().positive().optional(),
  })
  .meta({
    id: "LimitUse",
    description:
      "`used` of `allowed` in the last `windowSeconds`. A rate above 1,000 is let through evenly: its numbers are those of a hundredth of it.",
  });
export type LimitUse = z.infer<typeof LimitUse>;

export const BreakerView = z
  .object({
    state: z.enum(["closed", "open", "half_open"]),
    failures: count,
    successes: count,
    probes: count,
    openUntil: z.iso.datetime().optional(),
  })
  .meta({
    id: "Breaker",
    description:
      "`open`: the provider is left alone until `openUntil`. `half_open`: a few tasks probe it. `failures` and `successes` are in a row.",
  });

/** One provider's line, as an operator sees it. */
export const QueueView = z
  .object({
    id: z.string(),
    /** Of a registered model's own line: the provider it was registered with. */
    account: z.string().optional(),
    retiredAt: z.iso.datetime().optional(),
    /** Tasks in line, waiting for a time, and with the provider. */
    ready: count,
    scheduled: count,
    running: count,
    readyByPriority: z.record(z.string(), count),
    maxReady: z.int().positive(),
    oldestWaitSeconds: count.optional(),
    estimatedWaitSeconds: count.optional(),
    limits: z.array(LimitUse),
    breaker: BreakerView,
    paused: z.boolean(),
    retryAfterUntil: z.iso.datetime().optional(),
  })
  .meta({
    id: "Queue",
    description:
      "A provider's line. `oldestWaitSeconds` counts from acceptance, times held back included; `estimatedWaitSeconds` is that of a new task of the last priority, as the limits alone would have it, and absent while paused. `retryAfterUntil`: the provider asked for silence. `account`: whose calls a registered model's own line makes; `retiredAt`: since when no model has that line any more.",
  });
export type QueueView = z.infer<typeof QueueView>;

export const QueuePage = z.object({ items: z.array(QueueView) }).meta({ id: "QueuePage" });

export const Recover = z.strictObject({ orphans: z.boolean().default(false) }).meta({
  id: "Recover",
  description: "`orphans`: no worker is alive, so every running task was left behind and is taken back.",
});
export type Recover = z.infer<typeof Recover>;

export const Recovery = z
  .object({
    queues: z.array(
      z.object({
        id: z.string(),
        ready: count,
        scheduled: count,
        placesFreed: count,
        breakerWas: z.enum(["closed", "open", "half_open"]),
        paused: z.boolean(),
      }),
    ),
    returned: count,
    expired: count,
    promoted: count,
    republished: count,
    failed: count,
  })
  .meta({
    id: "Recovery",
    description:
      "What a recovery did. Every queue listed was woken. `returned`: running tasks taken back from workers that are gone. `failed`: steps left to the next sweep.",
  });
export type Recovery = z.infer<typeof Recovery>;
