import { z } from "zod";
import { LimitUse } from "./queues.ts";
import { Usage } from "./task.ts";
import { TaskType } from "./task-type.ts";

const count = z.int().nonnegative();
const time = z.iso.datetime({ offset: true });

export const UsageGroup = z.enum(["user", "key", "provider", "model", "type"]).meta({ id: "UsageGroup" });
export type UsageGroup = z.infer<typeof UsageGroup>;

export const Granularity = z.enum(["minute", "hour", "day", "month", "all"]).meta({
  id: "Granularity",
  description: "How long a row's period is, in UTC; `all`: the whole range is one.",
});
export type Granularity = z.infer<typeof Granularity>;

/** `a,b` as one parameter. */
const groups = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .pipe(z.array(UsageGroup).max(2, "takes two at most"))
  .refine((list) => new Set(list).size === list.length, "names one twice")
  .optional();

/** From when to when: the last seven days where absent. Rounded outwards to the granularity. */
const range = { from: time.optional(), to: time.optional() };

/** Only what is of this user, key and so on. */
const filters = {
  user: z.string().max(200).optional(),
  key: z.string().max(200).optional(),
  provider: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  type: TaskType.optional(),
};

const format = z.enum(["json", "csv"]).optional().meta({ description: "As `Accept: text/csv` asks for it." });

export const GetUsage = z.strictObject({
  ...range,
  ...filters,
  granularity: Granularity.default("day"),
  groupBy: groups.meta({
    description: "Up to two of user, key, provider, model and type: `provider,model`.",
  }),
  format,
});
export type GetUsage = z.infer<typeof GetUsage>;

export const GetProviderUsage = z.strictObject({ ...range, ...filters, format });
export type GetProviderUsage = z.infer<typeof GetProviderUsage>;

export const GetCosts = z.strictObject({
  ...range,
  ...filters,
  by: z.enum(["model", "user", "key", "provider", "type", "day"]).default("model"),
  format,
});
export type GetCosts = z.infer<typeof GetCosts>;

export const GetSummary = z.strictObject({ ...range, ...filters });
export type GetSummary = z.infer<typeof GetSummary>;

export const LatencyNumbers = z
  .object({ count, meanMs: z.number(), p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number() })
  .meta({
    id: "LatencyNumbers",
    description: "The mean is exact, percentiles are at most 5 % off. Absent where nothing was measured.",
  });
export type LatencyNumbers = z.infer<typeof LatencyNumbers>;

const tokenNumbers = Usage.omit({ seconds: true }).extend({ milliseconds: count.optional() });

export const UsageNumbers = z
  .object({
    tasks: z.object({
      accepted: count,
      succeeded: count,
      failed: count,
      dead: count,
      cancelled: count,
      expired: count,
    }),
    attempts: z.object({
      total: count,
      succeeded: count,
      failed: count,
      rateLimited: count,
      cancelled: count,
      interrupted: count,
      lost: count,
    }),
    errors: z.record(z.string(), count),
    tokens: tokenNumbers,
    cost: z.object({ micros: count, unknown: count }),
    cache: z.object({ hits: count, partial: count, savedMicros: count }),
    latency: z.object({
      queueWaitMs: LatencyNumbers.optional(),
      firstTokenMs: LatencyNumbers.optional(),
      attemptMs: LatencyNumbers.optional(),
      processingMs: LatencyNumbers.optional(),
      totalMs: LatencyNumbers.optional(),
    }),
  })
  .meta({
    id: "UsageNumbers",
    description:
      "`tasks` count where they were when they were accepted, and where they ended; replays count again. `attempts`, `errors` (by code), `tokens` and `cost` are of calls, failed ones included, where each was made; `cost.unknown` are calls that used something at a price that is not known. Latencies: `queueWaitMs` from acceptance to the first call, `firstTokenMs` of streamed calls, `attemptMs` of calls that succeeded, `processingMs` from a task's first start to its success, `totalMs` from acceptance to any ending.",
  });
export type UsageNumbers = z.infer<typeof UsageNumbers>;

const group = {
  user: z.string().optional(),
  key: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  type: z.string().optional(),
};

export const UsageRow = z
  .object({ start: z.iso.datetime(), end: z.iso.datetime(), ...group, ...UsageNumbers.shape })
  .meta({ id: "UsageRow" });
export type UsageRow = z.infer<typeof UsageRow>;

const answeredRange = { from: z.iso.datetime(), to: z.iso.datetime() };

export const UsageAnswer = z
  .object({ ...answeredRange, granularity: Granularity, items: z.array(UsageRow) })
  .meta({
    id: "UsageAnswer",
    description: "In order of time; periods in which nothing happened are left out.",
  });
export type UsageAnswer = z.infer<typeof UsageAnswer>;

export const ProviderUsage = z
  .object({
    provider: z.string(),
    requests: count,
    successRatio: z.number().min(0).max(1).optional(),
    rateLimited: count,
    errors: z.record(z.string(), count),
    latency: z.object({ attemptMs: LatencyNumbers.optional(), firstTokenMs: LatencyNumbers.optional() }),
    costMicros: count,
    limits: z.array(LimitUse).optional(),
  })
  .meta({
    id: "ProviderUsage",
    description:
      "`successRatio` leaves out calls that the provider limited or that ended on this side. `limits`: how much of the provider's limits is used right now, of all tenants together; for administrators and viewers.",
  });
export type ProviderUsage = z.infer<typeof ProviderUsage>;

export const ProviderUsageAnswer = z
  .object({ ...answeredRange, items: z.array(ProviderUsage) })
  .meta({ id: "ProviderUsageAnswer" });

export const CostRow = z
  .object({
    /** The day, or who or what it is by; absent of what has none. */
    by: z.string().optional(),
    requests: count,
    knownMicros: count,
    unknownRequests: count,
    savedMicros: count,
    tokens: count,
  })
  .meta({
    id: "CostRow",
    description:
      "`knownMicros` is what calls cost whose price is known; `unknownRequests` are calls that used something at a price that is not. `savedMicros`: what answers from the cache would have cost.",
  });
export type CostRow = z.infer<typeof CostRow>;

export const CostAnswer = z
  .object({ ...answeredRange, items: z.array(CostRow), total: CostRow })
  .meta({ id: "CostAnswer" });

export const AnalyticsSummary = z
  .object({
    ...answeredRange,
    totals: UsageNumbers,
    averageProcessingMs: z.number().optional(),
    providers: z.array(ProviderUsage),
    tokensByUser: z.array(z.object({ user: z.string(), tokens: count, costMicros: count })),
    topModels: z.array(z.object({ model: z.string(), requests: count, tokens: count, costMicros: count })),
    errorRates: z.object({
      /** Of tasks that ended by themselves. */
      tasks: z.number().optional(),
      /** Of calls that the provider answered or failed to. */
      attempts: z.number().optional(),
      byCode: z.record(z.string(), z.number()),
    }),
  })
  .meta({ id: "AnalyticsSummary", description: "Lists hold the 20 largest." });
export type AnalyticsSummary = z.infer<typeof AnalyticsSummary>;

export const UsageReport = z
  .object({
    id: z.string(),
    period: z.enum(["day", "month"]),
    start: z.iso.datetime(),
    end: z.iso.datetime(),
    final: z.boolean(),
    createdAt: z.iso.datetime(),
    rows: count,
    totals: UsageNumbers,
    /** Of one report that is read: where its rows are as CSV, for an hour. */
    csvUrl: z.string().optional(),
  })
  .meta({
    id: "UsageReport",
    description:
      "`final`: nothing that could still be delivered belongs to the period. Until then it may change.",
  });
export type UsageReport = z.infer<typeof UsageReport>;

export const ListReports = z.strictObject({
  period: z.enum(["day", "month"]).default("day"),
  limit: z.coerce.number().int().min(1).max(100).default(31),
  cursor: z.iso.datetime().optional(),
});
export type ListReports = z.infer<typeof ListReports>;

export const UsageReportPage = z
  .object({ items: z.array(UsageReport), nextCursor: z.string().optional() })
  .meta({ id: "UsageReportPage", description: "Newest first." });
