import { z } from "zod";

/** What is read of a message and of the events of a stream. Everything else the vendor sends is ignored. */
const VendorUsage = z.object({
  input_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
  output_tokens_details: z.object({ thinking_tokens: z.number().nullish() }).nullish().catch(undefined),
});
export type VendorUsage = z.infer<typeof VendorUsage>;

const VendorBlock = z.object({
  type: z.string(),
  text: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.unknown().optional(),
});
export type VendorBlock = z.infer<typeof VendorBlock>;

const stop = {
  stop_reason: z.string().nullish(),
  stop_details: z.object({ explanation: z.string().nullish() }).nullish(),
};

export const VendorMessage = z.object({
  content: z.array(VendorBlock),
  ...stop,
  usage: VendorUsage.nullish(),
});
export type VendorMessage = z.infer<typeof VendorMessage>;

export const VendorEvent = z.object({
  type: z.string(),
  index: z.number().nullish(),
  message: z.object({ usage: VendorUsage.nullish() }).nullish(),
  content_block: VendorBlock.nullish(),
  delta: z.object({ text: z.string().nullish(), partial_json: z.string().nullish(), ...stop }).nullish(),
  usage: VendorUsage.nullish(),
});
export type VendorEvent = z.infer<typeof VendorEvent>;
