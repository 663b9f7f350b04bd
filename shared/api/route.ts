import { z } from "zod";
import { Modality, ModelId } from "./models.ts";

/** By what candidates are ordered. */
export const Preference = z.enum(["cost", "latency", "quality", "balanced"]).meta({ id: "Preference" });
export type Preference = z.infer<typeof Preference>;

export const RouteRequirements = z
  .strictObject({
    tools: z.boolean().optional(),
    jsonSchema: z.boolean().optional(),
    prefill: z.boolean().optional(),
    seed: z.boolean().optional(),
    contextTokens: z.int().min(1).max(100_000_000).optional(),
    maxMicros: z.int().min(0).optional(),
    modalities: z.array(Modality).min(1).optional(),
  })
  .meta({
    id: "RouteRequirements",
    description:
      "What a model must be known to satisfy. `maxMicros`: the estimated cost of the task in micro-dollars.",
  });
export type RouteRequirements = z.infer<typeof RouteRequirements>;

const modelName = z.string().min(1).max(200);

export const RouteRequest = z
  .strictObject({
    prefer: Preference.optional(),
    require: RouteRequirements.optional(),
    /** Models to choose from; the whole catalogue where absent. */
    candidates: z.array(modelName).min(1).max(8).optional(),
    /** Who serves when those fail, in this order; where absent and without `candidates`, the first one's in the catalogue. */
    fallbacks: z.array(ModelId).max(8).optional(),
  })
  .meta({
    id: "RouteRequest",
    description:
      "How to choose who serves. With `model` that one is first. `candidates` are ordered by `prefer` (`balanced` where absent), then come `fallbacks`, in their order; none of them lacks what `require` says.",
  });
export type RouteRequest = z.infer<typeof RouteRequest>;

export const RouteCandidate = z
  .object({
    model: z.string().optional(),
    provider: z.string(),
    reason: z.string(),
    contextTokens: z.int().positive().optional(),
    prefill: z.literal(true).optional(),
    simulated: z.literal(true).optional(),
  })
  .meta({
    id: "RouteCandidate",
    description: "Who may serve a task, why, and what a rescue must know of it.",
  });
export type RouteCandidate = z.infer<typeof RouteCandidate>;

export const Route = z
  .object({
    prefer: Preference.optional(),
    candidates: z.array(RouteCandidate).min(1),
    at: z.int().nonnegative(),
  })
  .meta({
    id: "Route",
    description: "Who may serve a task, in order, and why. `at`: the index of the one whose turn it is.",
  });
export type Route = z.infer<typeof Route>;
