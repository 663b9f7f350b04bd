import { z } from "zod";

const minutes = 60;

/** How long whoever calls waits for an answer: Pub/Sub's acknowledgement, the platform, Cloud Scheduler's attempt. */
const longestSeconds = { event: 10 * minutes, http: 60 * minutes, schedule: 30 * minutes };

/**
 * `function.yaml`: how a function is deployed. Strict, because Terraform drops a misspelt key of a decoded file without a
 * word.
 */
export const FunctionManifest = z
  .strictObject({
    /** One sentence: what the function is for. */
    description: z.string().min(10).max(200),
    trigger: z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("http"),
        public: z.boolean(),
        /** The function whose account alone may call it; Cloud Tasks' where absent. */
        caller: z.string().optional(),
      }),
      /** `schedule` is a cron expression in UTC. */
      z.strictObject({ type: z.literal("schedule"), schedule: z.string().regex(/^(\S+ ){4}\S+$/) }),
      /** Pub/Sub pushes each event of the topic, those of one task in order. */
      z.strictObject({ type: z.literal("event"), topic: z.enum(["task-events"]) }),
    ]),
    memory: z.enum(["256Mi", "512Mi", "1Gi", "2Gi", "4Gi"]),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(60 * minutes),
    /** Requests that one instance serves at the same time. */
    concurrency: z.int().min(1).max(1_000),
    /** What the function's own service account may do, each with why it must. */
    roles: z.array(
      z.strictObject({ role: z.string().regex(/^roles\/[a-z]+\.[A-Za-z]+$/), reason: z.string().min(10) }),
    ),
    /** Names of the secrets it reads; `providers` stands for every provider's key in conea.yaml, `hooks` for those of its sources of hooks. */
    secrets: z.array(z.string().regex(/^(providers|hooks|[A-Z][A-Z0-9_]*)$/)),
  })
  .refine(({ trigger, timeoutSeconds }) => timeoutSeconds <= longestSeconds[trigger.type], {
    path: ["timeoutSeconds"],
    error: "must be no longer than whoever calls waits: 600 for an event, 1800 for a schedule, 3600 for http",
  });
export type FunctionManifest = z.infer<typeof FunctionManifest>;
