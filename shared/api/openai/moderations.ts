import type { OpenAiOperation } from "./operation.ts";

export const createModeration = {
  method: "POST",
  path: "/openai/v1/moderations",
  access: "write",
} as const satisfies OpenAiOperation;
