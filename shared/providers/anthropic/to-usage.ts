import type { Usage } from "../../api/task.ts";
import type { VendorUsage } from "./vendor-message.ts";

/** The vendor counts three disjoint kinds of input; what it wrote to its cache was read anew. */
export function toUsage(usage: VendorUsage | null | undefined): Usage {
  return {
    inputTokens: (usage?.input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0),
    cachedInputTokens: usage?.cache_read_input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
  };
}
