import type { Usage } from "../../api/task.ts";
import type { VendorUsage } from "./vendor-response.ts";

/** The vendor's prompt count includes what came from its cache; its thoughts are counted apart from the answer. */
export function toUsage(usage: VendorUsage): Usage {
  const cachedInputTokens = usage?.cachedContentTokenCount ?? 0;
  const read = (usage?.promptTokenCount ?? 0) + (usage?.toolUsePromptTokenCount ?? 0);
  return {
    inputTokens: Math.max(read - cachedInputTokens, 0),
    cachedInputTokens,
    outputTokens: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
  };
}
