import { z } from "zod";
import type { OpenAiOperation } from "../openai/operation.ts";

export const ListAnthropicModels = z.looseObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(20),
  after_id: z.string().max(200).optional(),
  before_id: z.string().max(200).optional(),
});
export type ListAnthropicModels = z.infer<typeof ListAnthropicModels>;

export const listAnthropicModels = {
  method: "GET",
  path: "/anthropic/v1/models",
  access: "read",
  query: ListAnthropicModels,
} as const satisfies OpenAiOperation;

export const getAnthropicModel = {
  method: "GET",
  path: "/anthropic/v1/models/{model*}",
  access: "read",
} as const satisfies OpenAiOperation;
