import { z } from "zod";
import { AlertOverride } from "../api/alerts.ts";
import { UserName } from "../api/keys.ts";
import { ModelId, modelFields } from "../api/models.ts";
import { ruleIds } from "./alert-rules.ts";
import { AllowancesConfig } from "./allowances-config.ts";
import { findModelProblems } from "./find-model-problems.ts";
import { findSameLines, giveLines } from "./give-lines.ts";
import { HookConfig } from "./hook-config.ts";
import { Limits, OwnLimits } from "./limits.ts";
import { SecretReference } from "./secret-reference.ts";

const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be lower-case letters, digits and dashes, at most 63");

const BaseUrl = z
  .url({
    protocol: /^https?$/,
    error: "must be an address that starts with http:// or https://",
    abort: true,
  })
  .refine((url) => !/\/\/[^/?#]*@|[?#]/.test(url), "must hold no user, password, query or fragment");

export const ProviderKind = z.enum(["openai", "anthropic", "gemini", "unsplash"]);
export type ProviderKind = z.infer<typeof ProviderKind>;

/** In milliseconds. The first two hold for streamed calls only: others send nothing before they are done. */
const Timeouts = z.strictObject({
  firstTokenMs: z.int().min(100).max(300_000).optional(),
  idleMs: z.int().min(100).max(300_000).optional(),
  totalMs: z.int().min(1_000).max(300_000).default(300_000),
});

const ProviderConfig = z.strictObject({
  kind: ProviderKind,
  apiKey: SecretReference,
  baseUrl: BaseUrl.optional(),
  /** Which provider serves a task that names no model: the lowest number that can. */
  priority: z.int().min(0).max(100).default(50),
  limits: Limits.default({}),
  timeouts: Timeouts.prefault({}),
  appName: z.string().min(1).max(64).optional(),
});
/**
 * The line of a registered model stands among the providers too. `account`: the provider whose key it uses, and by whose way
 * its wakes come. `retiredAt`: since when no model has it any more; it then ends what waits in it.
 */
export type ProviderConfig = z.infer<typeof ProviderConfig> & { account?: string; retiredAt?: string };

/** `limits`: its vendor counts it apart from the account's other models, so it gets a line of its own. */
const ModelConfig = z.strictObject({ ...modelFields, provider: Name, limits: OwnLimits.optional() });
/** `account`: of a model with a line of its own, the provider it was configured with. */
export type ModelConfig = z.infer<typeof ModelConfig> & { account?: string };

const RetryConfig = z.strictObject({
  attempts: z.int().min(1).max(20).default(3),
  baseMs: z.int().min(1).max(60_000).default(500),
  maxMs: z.int().min(1).max(3_600_000).default(60_000),
});
export type RetryConfig = z.infer<typeof RetryConfig>;

/** When a failing provider is left alone: after `failures` in a row, for `openMs`; `successes` of `probes` bring it back. */
const BreakerConfig = z.strictObject({
  failures: z.int().min(1).max(1_000).default(5),
  successes: z.int().min(1).max(100).default(2),
  openMs: z.int().min(100).max(3_600_000).default(60_000),
  probes: z.int().min(1).max(100).default(1),
});
export type BreakerConfig = z.infer<typeof BreakerConfig>;

/** `maxReady`: how long a line may become. `strict` counts it at each submission instead of every few seconds. */
const QueueConfig = z.strictObject({
  maxReady: z.int().min(1).max(10_000_000).default(10_000),
  strict: z.boolean().default(false),
});
export type QueueConfig = z.infer<typeof QueueConfig>;

type Catalogue = { providers: Record<string, ProviderConfig>; models: Record<string, ModelConfig> };

/** `conea.yaml`: providers, models, and how to retry, to leave alone and to refuse. */
export const ConeaConfig = z
  .strictObject({
    providers: z.record(Name, ProviderConfig),
    models: z.record(ModelId, ModelConfig).default({}),
    retry: RetryConfig.prefault({}),
    breaker: BreakerConfig.prefault({}),
    queue: QueueConfig.prefault({}),
    allowances: AllowancesConfig.prefault({ overrides: false }),
    /** Who may send to POST /v1/hooks/{name}. */
    hooks: z.record(Name, HookConfig).default({}),
    /** The tenant that is told of what concerns the whole installation, such as breakers. */
    operatorTenant: UserName.optional(),
    alerts: z.record(z.string(), AlertOverride).default({}),
  })
  .superRefine((config, context) => {
    for (const id of Object.keys(config.alerts).filter((id) => !ruleIds.includes(id))) {
      const message = `is no rule; the rules are ${ruleIds.join(", ")}`;
      context.addIssue({ code: "custom", path: ["alerts", id], message });
    }
    if (config.providers.webhooks)
      context.addIssue({
        code: "custom",
        path: ["providers", "webhooks"],
        message: "has the name that the line of webhooks has; call the provider something else",
      });
    for (const [name, model] of Object.entries(config.models)) {
      for (const { field, message } of findModelProblems(name, model, config)) {
        context.addIssue({ code: "custom", path: ["models", name, field], message });
      }
    }
    for (const { model, line } of findSameLines(config)) {
      const message = `would give its line the name ${line}, which is taken; call the model something else`;
      context.addIssue({ code: "custom", path: ["models", model, "limits"], message });
    }
  })
  .transform((config): typeof config & Catalogue => giveLines(config));
export type ConeaConfig = z.infer<typeof ConeaConfig>;
