import { z } from "zod";

const VendorPart = z.object({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  functionCall: z
    .object({
      id: z.string().nullish(),
      name: z.string().nullish(),
      args: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});
export type VendorPart = z.infer<typeof VendorPart>;

const ModalityCounts = z
  .array(z.object({ modality: z.string().nullish(), tokenCount: z.number().nullish() }))
  .nullish()
  .catch(undefined);
export type ModalityCounts = z.infer<typeof ModalityCounts>;

export const VendorUsage = z
  .object({
    promptTokenCount: z.number().nullish(),
    cachedContentTokenCount: z.number().nullish(),
    toolUsePromptTokenCount: z.number().nullish(),
    candidatesTokenCount: z.number().nullish(),
    thoughtsTokenCount: z.number().nullish(),
    promptTokensDetails: ModalityCounts,
    cacheTokensDetails: ModalityCounts,
    candidatesTokensDetails: ModalityCounts,
  })
  .nullish();
export type VendorUsage = z.infer<typeof VendorUsage>;

/** What is read of an answer, or of one chunk of a streamed one: they have the same shape. */
export const VendorResponse = z.object({
  candidates: z
    .array(
      z.object({
        content: z.object({ parts: z.array(VendorPart).nullish() }).nullish(),
        finishReason: z.string().nullish(),
      }),
    )
    .nullish(),
  promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
  usageMetadata: VendorUsage,
  responseId: z.string().nullish(),
});
export type VendorResponse = z.infer<typeof VendorResponse>;
