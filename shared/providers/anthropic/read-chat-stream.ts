import type { StreamListener } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { readAnswer } from "../read-answer.ts";
import { toUsage } from "./to-usage.ts";
import { type VendorBlock, VendorEvent, type VendorMessage, type VendorUsage } from "./vendor-message.ts";

type OpenBlock = VendorBlock & { json: string };
type Draft = { blocks: Map<number, OpenBlock>; usage: VendorUsage } & Pick<
  VendorMessage,
  "stop_reason" | "stop_details"
>;

/**
 * Puts a message together from its events and passes each piece of text on. Only its stop reason, which comes after all
 * content and with the last usage, makes it complete: a stream that ends before it is `connection`, and nothing waits for
 * the `message_stop` that says no more. Passes nothing on once the signal has aborted.
 */
export async function readChatStream(
  pieces: AsyncIterable<unknown[]>,
  { signal, onText, onProgress, onUsage }: StreamListener,
): Promise<VendorMessage> {
  const draft: Draft = { blocks: new Map(), usage: {} };
  try {
    for await (const events of pieces) {
      for (const event of events) {
        signal.throwIfAborted();
        onProgress?.();
        const read = readAnswer(VendorEvent, event);
        apply(read, draft, onText);
        if (read.message?.usage ?? read.usage) onUsage?.(toUsage(draft.usage));
      }
    }
  } catch (thrown) {
    if (!draft.stop_reason) throw thrown;
  }
  if (!draft.stop_reason) throw new ProviderError("connection");
  const { blocks, usage, stop_reason, stop_details } = draft;
  return { content: [...blocks.values()].map(close), usage, stop_reason, stop_details };
}

function apply(event: VendorEvent, draft: Draft, onText: (text: string) => void): void {
  const { index, delta, content_block: block } = event;
  merge(draft.usage, event.message?.usage);
  merge(draft.usage, event.usage);
  if (event.type === "message_delta") {
    draft.stop_reason = delta?.stop_reason ?? draft.stop_reason;
    draft.stop_details = delta?.stop_details ?? draft.stop_details;
  }
  if (event.type === "content_block_start" && block) {
    draft.blocks.set(index ?? draft.blocks.size, { ...block, json: "" });
    if (block.type === "text" && block.text) onText(block.text);
  }
  const open = draft.blocks.get(index ?? -1);
  if (event.type === "content_block_delta" && open && delta) grow(open, delta, onText);
}

function grow(
  block: OpenBlock,
  delta: NonNullable<VendorEvent["delta"]>,
  onText: (text: string) => void,
): void {
  block.json += delta.partial_json ?? "";
  if (block.type !== "text" || !delta.text) return;
  block.text = (block.text ?? "") + delta.text;
  onText(delta.text);
}

/** The counts are cumulative: a later one replaces an earlier one, and an absent one leaves it. */
function merge(usage: VendorUsage, next: VendorUsage | null | undefined): void {
  for (const [name, count] of Object.entries(next ?? {})) {
    if (count !== null && count !== undefined) Object.assign(usage, { [name]: count });
  }
}

/** A tool's input comes as JSON text, which stays the text the model wrote. */
function close({ json, ...block }: OpenBlock): VendorBlock {
  return json ? { ...block, input: json } : block;
}
