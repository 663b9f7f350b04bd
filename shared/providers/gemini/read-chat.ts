import type { StreamListener } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { readAnswer } from "../read-answer.ts";
import { toUsage } from "./to-usage.ts";
import { type VendorPart, VendorResponse, type VendorUsage } from "./vendor-response.ts";

/** What a model has said. */
export type Spoken = {
  /** Without thoughts. */
  text: string;
  calls: VendorPart[];
  finishReason?: string;
  usage: VendorUsage;
  responseId: string;
};

/** Reads a whole answer. `content_refused` when the vendor would not take the prompt. */
export function readChat(response: unknown): Spoken {
  const spoken = nothing();
  const { candidates } = add(response, spoken, () => {});
  if (!candidates?.length) throw new ProviderError("unknown");
  return spoken;
}

/**
 * Puts an answer together from its chunks and passes each piece of text on. Only a finish reason makes it complete: a
 * stream that ends without one is `connection`. Passes nothing on once the signal has aborted.
 */
export async function readChatStream(
  chunks: AsyncIterable<unknown>,
  { signal, onText, onProgress, onUsage }: StreamListener,
): Promise<Spoken> {
  const spoken = nothing();
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      onProgress?.();
      const { usageMetadata } = add(chunk, spoken, onText);
      if (usageMetadata) onUsage?.(toUsage(usageMetadata));
    }
  } catch (thrown) {
    if (!spoken.finishReason) throw thrown;
  }
  if (!spoken.finishReason) throw new ProviderError("connection");
  return spoken;
}

function nothing(): Spoken {
  return { text: "", calls: [], usage: undefined, responseId: "" };
}

function add(chunk: unknown, spoken: Spoken, onText: (text: string) => void): VendorResponse {
  const response = readAnswer(VendorResponse, chunk);
  const { candidates, promptFeedback, usageMetadata, responseId } = response;
  const blocked = promptFeedback?.blockReason;
  if (blocked && !candidates?.length) throw toRefusal(blocked, responseId);
  const [candidate] = candidates ?? [];
  for (const part of candidate?.content?.parts ?? []) addPart(part, spoken, onText);
  spoken.finishReason = candidate?.finishReason ?? spoken.finishReason;
  // The counts are cumulative: the last ones count.
  spoken.usage = usageMetadata ?? spoken.usage;
  spoken.responseId = responseId ?? spoken.responseId;
  return response;
}

function addPart(part: VendorPart, spoken: Spoken, onText: (text: string) => void): void {
  if (part.functionCall?.name) spoken.calls.push(part);
  if (part.thought || !part.text) return;
  spoken.text += part.text;
  onText(part.text);
}

function toRefusal(blockReason: string, responseId: string | null | undefined): ProviderError {
  const requestId = responseId ?? undefined;
  return new ProviderError("content_refused", { vendorCode: blockReason, requestId });
}
