import { z } from "zod";
import type { OpenAiOperation } from "./operation.ts";
import { commonFields, orNull, samplingFields, withoutTokens } from "./sampling.ts";

/** The completions of a text, as they were before chats. */
export const CreateCompletion = z.looseObject({
  ...commonFields,
  ...samplingFields,
  prompt: withoutTokens("must be one text; token numbers are not supported").pipe(
    z.union([z.string().min(1), z.array(z.string().min(1)).length(1, "must be one text")]),
  ),
  suffix: orNull(z.string()),
});
export type CreateCompletion = z.infer<typeof CreateCompletion>;

export const createCompletion = {
  method: "POST",
  path: "/openai/v1/completions",
  access: "write",
  body: CreateCompletion,
} as const satisfies OpenAiOperation;
