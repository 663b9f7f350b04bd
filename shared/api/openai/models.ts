import type { OpenAiOperation } from "./operation.ts";

/** A model of the catalogue as `GET /models` shows it. */
export type OpenAiModel = { id: string; object: "model"; created: number; owned_by: string };

export const listModels = {
  method: "GET",
  path: "/openai/v1/models",
  access: "read",
} as const satisfies OpenAiOperation;

export const getModel = {
  method: "GET",
  path: "/openai/v1/models/{model*}",
  access: "read",
} as const satisfies OpenAiOperation;
