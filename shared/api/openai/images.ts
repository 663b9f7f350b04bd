import { z } from "zod";
import type { OpenAiOperation } from "./operation.ts";
import { commonFields, orNull } from "./sampling.ts";

export const CreateImage = z.looseObject({
  ...commonFields,
  model: z.string().min(1).max(200).default("auto"),
  prompt: z.string().min(1).max(32_000),
  n: orNull(z.int().min(1).max(10)),
  size: orNull(
    z.string().regex(/^(auto|\d{2,4}x\d{2,4})$/, "must be auto or width x height, such as 1024x1024"),
  ),
  quality: orNull(z.enum(["auto", "low", "medium", "high"])),
  background: orNull(z.enum(["auto", "transparent", "opaque"])),
  output_format: orNull(z.enum(["png", "jpeg", "webp"])),
  response_format: orNull(z.enum(["url", "b64_json"])),
});
export type CreateImage = z.infer<typeof CreateImage>;

export const createImage = {
  method: "POST",
  path: "/openai/v1/images/generations",
  access: "write",
  body: CreateImage,
} as const satisfies OpenAiOperation;
