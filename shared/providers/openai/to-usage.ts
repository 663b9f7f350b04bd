import { z } from "zod";
import type { Usage } from "../../api/task.ts";
import { noUsage } from "../provider.ts";

const Count = z.number().nonnegative().nullish();

/** Tokens as OpenAI counts them: `prompt_tokens` of texts, `input_tokens` of images and transcriptions. */
export const VendorUsage = z
  .object({
    prompt_tokens: Count,
    completion_tokens: Count,
    prompt_tokens_details: z.object({ cached_tokens: Count }).nullish(),
    input_tokens: Count,
    output_tokens: Count,
    input_tokens_details: z.object({ cached_tokens: Count }).nullish(),
    /** Of transcriptions that are billed by length. */
    seconds: Count,
  })
  .nullish()
  .catch(undefined);
export type VendorUsage = z.infer<typeof VendorUsage>;

/** OpenAI counts cached tokens among the prompt's and reasoning among the completion's. */
export function toUsage(usage: VendorUsage): Usage {
  if (!usage) return noUsage;
  const read = Math.round(usage.prompt_tokens ?? usage.input_tokens ?? 0);
  const details = usage.prompt_tokens_details ?? usage.input_tokens_details;
  const cachedInputTokens = Math.min(Math.round(details?.cached_tokens ?? 0), read);
  return {
    inputTokens: read - cachedInputTokens,
    cachedInputTokens,
    outputTokens: Math.round(usage.completion_tokens ?? usage.output_tokens ?? 0),
  };
}
