import { z } from "zod";
import { CacheSeconds } from "./cache.ts";
import { ModelPrice } from "./model-price.ts";
import { TaskType } from "./task-type.ts";

export const ModelId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, "must be letters, digits and . _ : - , at most 128");

/** As the vendor writes it: servers of open models use `organisation/model`. */
const VendorModelName = z.string().min(1).max(200);

/** What a model takes beside text. */
export const Modality = z.enum(["text", "image", "audio"]).meta({ id: "Modality" });
export type Modality = z.infer<typeof Modality>;

export const abilityNames = ["tools", "jsonSchema", "prefill", "seed"] as const;
export type AbilityName = (typeof abilityNames)[number];

/** An ability that is left out is not known: what a request asks for by itself may try it, `require` does not. */
export const Abilities = z
  .strictObject({
    tools: z.boolean().optional(),
    jsonSchema: z.boolean().optional(),
    prefill: z.boolean().optional(),
    seed: z.boolean().optional(),
  })
  .meta({
    id: "Abilities",
    description:
      "`prefill`: goes on from a last message of the assistant. One that is left out is not known, and does not satisfy `require`.",
  });
export type Abilities = z.infer<typeof Abilities>;

const Rate = z
  .string()
  .regex(
    /^[1-9]\d{0,8}\/([1-9]\d{0,8})?(ms|s|min|hour|day)$/,
    "must be a rate, count/period, such as 10/s, 60/min, 50/hour, 1000/day or 10/2s",
  );

/** Limits of its own, for a model that its vendor counts apart from the account's others. */
export const ModelLimits = z
  .strictObject({
    requests: z
      .union([Rate, z.array(Rate).min(1).max(4)], "must be a rate, such as 60/min, or a list of up to four")
      .optional(),
    tokens: Rate.optional(),
    concurrency: z.int().min(1).max(10_000).optional(),
  })
  .refine((limits) => Object.keys(limits).length > 0, "must hold requests, tokens or concurrency")
  .meta({
    id: "ModelLimits",
    description:
      "Where its vendor counts it apart from the account's other models: it then has a queue of its own, with a limiter and a breaker, called <provider>-<model>. A rate is count/period, such as 60/min.",
  });
export type ModelLimits = z.infer<typeof ModelLimits>;

/** An entry of the catalogue, the same in conea.yaml and over HTTP. */
export const modelFields = {
  provider: z.string().min(1).max(63),
  /** The vendor's own name; the entry's id where absent. */
  name: VendorModelName.optional(),
  kinds: z.array(TaskType).min(1),
  contextTokens: z.int().min(1).optional(),
  /** What it writes at most in one answer, thoughts included. */
  maxOutputTokens: z.int().min(1).optional(),
  modalities: z.array(Modality).min(1).optional(),
  abilities: Abilities.optional(),
  price: ModelPrice.optional(),
  /** From 0 to 1, as the operator judges it. */
  quality: z.number().min(0).max(1).optional(),
  /** Who serves instead, in this order, when it fails. */
  fallbacks: z.array(ModelId).min(1).max(8).optional(),
  /** Its tasks use the cache unless they say otherwise, for so long. */
  cacheSeconds: CacheSeconds.optional(),
};

const entryFields = { ...modelFields, limits: ModelLimits.optional() };

export const ModelEntry = z.strictObject(entryFields).meta({
  id: "ModelEntry",
  description: "What is to be known of a model. `quality` is from 0 to 1; `fallbacks` serve when it fails.",
});
export type ModelEntry = z.infer<typeof ModelEntry>;

export const CreateModel = z.strictObject({ id: ModelId, ...entryFields }).meta({ id: "CreateModel" });
export type CreateModel = z.infer<typeof CreateModel>;

export const Model = z
  .object({
    id: z.string(),
    ...modelFields,
    /** Of a model with limits of its own, whose `provider` is its own line: the provider it was configured with. */
    account: z.string().optional(),
    limits: z
      .object({
        requests: z.array(z.string()).optional(),
        tokens: z.string().optional(),
        concurrency: z.int().optional(),
      })
      .optional(),
    source: z.enum(["file", "api"]),
    simulated: z.literal(true).optional(),
  })
  .meta({
    id: "Model",
    description:
      "An entry of the catalogue: of conea.yaml (`file`), or registered over HTTP (`api`). `simulated`: its provider is rehearsed, not called.",
  });
export type Model = z.infer<typeof Model>;

export const ModelPage = z.object({ items: z.array(Model) }).meta({ id: "ModelPage" });
