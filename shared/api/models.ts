import { z } from "zod";
import { TaskType } from "./task-type.ts";

export const Model = z
  .object({
    id: z.string(),
    provider: z.string(),
    kinds: z.array(TaskType),
    contextTokens: z.int().positive().optional(),
    simulated: z.literal(true).optional(),
  })
  .meta({
    id: "Model",
    description: "An entry of the catalogue. `simulated`: its provider is rehearsed, not called.",
  });
export type Model = z.infer<typeof Model>;

export const ModelPage = z.object({ items: z.array(Model) }).meta({ id: "ModelPage" });
