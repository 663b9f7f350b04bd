import { z } from "zod";
import type { OpenAiOperation } from "./operation.ts";
import { commonFields, orNull, withoutTokens } from "./sampling.ts";

export const CreateEmbedding = z.looseObject({
  ...commonFields,
  input: withoutTokens("must be a text or a list of texts; token numbers are not supported").pipe(
    z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2_048)]),
  ),
  dimensions: orNull(z.int().min(1).max(8_192)),
  encoding_format: orNull(z.enum(["float", "base64"])),
});
export type CreateEmbedding = z.infer<typeof CreateEmbedding>;

export const createEmbedding = {
  method: "POST",
  path: "/openai/v1/embeddings",
  access: "write",
  body: CreateEmbedding,
  mostBytes: 10_000_000,
} as const satisfies OpenAiOperation;
