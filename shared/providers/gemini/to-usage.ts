import type { Usage } from "../../api/task.ts";
import { splitTokens } from "../split-tokens.ts";
import type { ModalityCounts, VendorUsage } from "./vendor-response.ts";

/**
 * The vendor's prompt count includes what came from its cache, whose modalities are told apart as the prompt's are; thoughts
 * are counted beside the answer. Video and documents cost what text does.
 */
export function toUsage(usage: VendorUsage): Usage {
  const anew = (modality: string) =>
    countOf(usage?.promptTokensDetails, modality) - countOf(usage?.cacheTokensDetails, modality);
  const read = splitTokens((usage?.promptTokenCount ?? 0) + (usage?.toolUsePromptTokenCount ?? 0), {
    cachedInputTokens: usage?.cachedContentTokenCount,
    audioInputTokens: anew("AUDIO"),
    imageInputTokens: anew("IMAGE"),
  });
  const written = splitTokens(usage?.candidatesTokenCount, {
    audioOutputTokens: countOf(usage?.candidatesTokensDetails, "AUDIO"),
    imageOutputTokens: countOf(usage?.candidatesTokensDetails, "IMAGE"),
  });
  const thoughts = usage?.thoughtsTokenCount ?? 0;
  return {
    inputTokens: read.rest,
    cachedInputTokens: 0,
    ...read.parts,
    outputTokens: written.rest,
    ...written.parts,
    ...(thoughts > 0 && { reasoningTokens: thoughts }),
  };
}

function countOf(details: ModalityCounts, modality: string): number {
  const counts = details?.filter((one) => one.modality === modality) ?? [];
  return counts.reduce((sum, { tokenCount }) => sum + (tokenCount ?? 0), 0);
}
