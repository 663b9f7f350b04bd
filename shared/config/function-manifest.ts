import { z } from "zod";

const minutes = 60;

/**
 * `function.yaml`: how a function is deployed. Strict, because Terraform drops a misspelt key of a decoded file without a
 * word.
 */
export const FunctionManifest = z.strictObject({
  /** One sentence: what the function is for. */
  description: z.string().min(10).max(200),
  trigger: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("http"), public: z.boolean() }),
    /** `schedule` is a cron expression in UTC. */
    z.strictObject({ type: z.literal("schedule"), schedule: z.string().regex(/^(\S+ ){4}\S+$/) }),
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
  /** Names of the secrets it reads; `providers` stands for every provider's key in conea.yaml. */
  secrets: z.array(z.string().regex(/^(providers|[A-Z][A-Z0-9_]*)$/)),
});
export type FunctionManifest = z.infer<typeof FunctionManifest>;
