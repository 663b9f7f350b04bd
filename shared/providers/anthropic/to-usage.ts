import type { Usage } from "../../api/task.ts";
import { splitTokens } from "../split-tokens.ts";
import type { VendorUsage } from "./vendor-message.ts";

/** The vendor counts three disjoint kinds of input, and thoughts among the output. */
export function toUsage(usage: VendorUsage | null | undefined): Usage {
  const { rest, parts } = splitTokens(usage?.output_tokens, {
    reasoningTokens: usage?.output_tokens_details?.thinking_tokens,
  });
  const written = usage?.cache_creation_input_tokens ?? 0;
  return {
    inputTokens: usage?.input_tokens ?? 0,
    cachedInputTokens: usage?.cache_read_input_tokens ?? 0,
    ...(written > 0 && { cacheWriteTokens: written }),
    outputTokens: rest,
    ...parts,
  };
}
