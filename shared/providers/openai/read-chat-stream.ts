import type { StreamListener } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { readAnswer } from "../read-answer.ts";
import { ChatChunk, type Spoken } from "./to-chat-result.ts";
import { toUsage, type VendorUsage } from "./to-usage.ts";

/**
 * Assembles a stream, passing each piece of text on as it comes. Only a finish reason makes it complete: a stream that
 * ends without one is `connection`, since what has come may be half of what the model meant to say. What breaks after
 * it costs the usage, not the answer. Passes nothing on once the signal has aborted.
 */
export async function readChatStream(
  pieces: AsyncIterable<unknown[]>,
  { signal, onText, onProgress, onUsage }: StreamListener,
): Promise<{ spoken: Spoken; usage: VendorUsage }> {
  const spoken: Spoken = { text: "", refusal: "", calls: [], finishReason: undefined };
  let usage: VendorUsage;
  try {
    for await (const chunks of pieces) {
      for (const chunk of chunks) {
        signal.throwIfAborted();
        onProgress?.();
        const read = readAnswer(ChatChunk, chunk);
        const text = addChunk(spoken, read);
        if (text) onText(text);
        usage = read.usage ?? usage;
        if (read.usage) onUsage?.(toUsage(read.usage));
      }
    }
  } catch (thrown) {
    if (!spoken.finishReason) throw thrown;
  }
  if (!spoken.finishReason) throw new ProviderError("connection");
  return { spoken, usage };
}

/** Adds a chunk to what was said before and returns its text. */
function addChunk(spoken: Spoken, { choices }: ChatChunk): string {
  const { delta, finish_reason } = choices?.[0] ?? {};
  const text = delta?.content ?? "";
  spoken.text += text;
  spoken.refusal += delta?.refusal ?? "";
  spoken.finishReason = finish_reason ?? spoken.finishReason;
  for (const part of delta?.tool_calls ?? []) addCall(spoken.calls, part);
  return text;
}

type CallPart = NonNullable<
  NonNullable<NonNullable<ChatChunk["choices"]>[number]["delta"]>["tool_calls"]
>[number];

/** A call's first part carries its id and name, the others more of its arguments. Without an index, an id starts a call. */
function addCall(calls: Spoken["calls"], part: CallPart): void {
  const last = Math.max(calls.length - 1, 0);
  const index = Math.min(part.index ?? (part.id ? calls.length : last), calls.length);
  const known = calls[index];
  calls[index] = {
    id: known?.id || part.id,
    function: {
      name: known?.function?.name || part.function?.name,
      arguments: (known?.function?.arguments ?? "") + (part.function?.arguments ?? ""),
    },
  };
}
