import { z } from "zod";
import type { Usage } from "../../api/task.ts";
import { noUsage } from "../provider.ts";
import { splitTokens } from "../split-tokens.ts";

const Count = z.number().nonnegative().nullish();

const Details = z
  .object({
    cached_tokens: Count,
    cache_write_tokens: Count,
    reasoning_tokens: Count,
    audio_tokens: Count,
    image_tokens: Count,
    text_tokens: Count,
  })
  .nullish()
  .catch(undefined);

/**
 * Tokens as OpenAI counts them: `prompt_tokens` of texts, `input_tokens` of images and transcriptions, whose details are
 * named in the singular.
 */
export const VendorUsage = z
  .object({
    prompt_tokens: Count,
    completion_tokens: Count,
    prompt_tokens_details: Details,
    completion_tokens_details: Details,
    input_tokens: Count,
    output_tokens: Count,
    input_tokens_details: Details,
    input_token_details: Details,
    output_tokens_details: Details,
    /** Of transcriptions that are billed by length. */
    seconds: Count,
  })
  .nullish()
  .catch(undefined);
export type VendorUsage = z.infer<typeof VendorUsage>;

/** OpenAI's totals include every class: what was cached, sounds and images among the prompt's, reasoning among the completion's. */
export function toUsage(usage: VendorUsage): Usage {
  if (!usage) return noUsage;
  const read = splitRead(usage);
  const written = splitWritten(usage);
  const hasTokens = [usage.prompt_tokens, usage.input_tokens].some((count) => count);
  return {
    inputTokens: read.rest,
    cachedInputTokens: 0,
    ...read.parts,
    outputTokens: written.rest,
    ...written.parts,
    ...(!hasTokens && usage.seconds && { seconds: usage.seconds }),
  };
}

/** What is written are images, unless it says what of it is text. Models that are billed by the image count no tokens. */
export function toImageUsage(usage: VendorUsage, images: number): Usage {
  if (!usage) return { ...noUsage, images };
  const { output_tokens_details: details } = usage;
  const { rest, parts } = splitTokens(usage.output_tokens, {
    imageOutputTokens: details?.image_tokens ?? (usage.output_tokens ?? 0) - (details?.text_tokens ?? 0),
  });
  return { ...toUsage({ ...usage, output_tokens: 0 }), outputTokens: rest, ...parts };
}

function splitRead(usage: NonNullable<VendorUsage>) {
  const details = usage.prompt_tokens_details ?? usage.input_tokens_details ?? usage.input_token_details;
  return splitTokens(usage.prompt_tokens ?? usage.input_tokens, {
    cachedInputTokens: details?.cached_tokens,
    cacheWriteTokens: details?.cache_write_tokens,
    audioInputTokens: details?.audio_tokens,
    imageInputTokens: details?.image_tokens,
  });
}

function splitWritten(usage: NonNullable<VendorUsage>) {
  const details = usage.completion_tokens_details ?? usage.output_tokens_details;
  return splitTokens(usage.completion_tokens ?? usage.output_tokens, {
    reasoningTokens: details?.reasoning_tokens,
    audioOutputTokens: details?.audio_tokens,
  });
}
