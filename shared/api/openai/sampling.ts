import { z } from "zod";
import { RouteRequest } from "../route.ts";

/** SDKs send `null` where they mean nothing. */
export function orNull<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** Refuses lists of token numbers, which OpenAI takes for texts: only its own models can read them. */
export function withoutTokens(message: string) {
  const isNumbers = (value: unknown): boolean => Array.isArray(value) && value.flat().some(Number.isFinite);
  return z.unknown().refine((value) => !isNumbers(value), { error: message, abort: true });
}

export const StreamOptions = z.object({ include_usage: orNull(z.boolean()) });

const plainKey = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** What Conea understands beside OpenAI's own fields, for a caller who adds fields to the body. */
export const ownFields = {
  route: RouteRequest.optional(),
  /** 0 is the best, 5 where absent. */
  priority: z.int().min(0).max(9).optional(),
};

/** Fields of every request. `model` is an entry of the catalogue, `provider/model`, or `auto`. */
export const commonFields = {
  model: z.string().min(1).max(200),
  metadata: orNull(
    z
      .record(
        z.string().regex(plainKey, "must be a letter, then up to 63 letters, digits, _ . or -"),
        z.string().max(512),
      )
      .refine((map) => Object.keys(map).length <= 32, "must hold at most 32 entries"),
  ),
  ...ownFields,
};

/** The sampling of texts, in OpenAI's names and Conea's bounds. */
export const samplingFields = {
  temperature: orNull(z.number().min(0).max(2)),
  top_p: orNull(z.number().gt(0).max(1)),
  max_tokens: orNull(z.int().min(1).max(1_000_000)),
  stop: orNull(z.union([z.string().min(1), z.array(z.string().min(1)).max(4)])),
  seed: orNull(z.int().min(0).max(2_147_483_647)),
  stream: orNull(z.boolean()),
  stream_options: orNull(StreamOptions),
};

export type Sampling = z.infer<z.ZodObject<typeof samplingFields>>;
