import type { ChatInput, ChatMessage } from "../api/chat.ts";

/** What an image counts as, in bytes of text: about a thousand tokens. */
const imageBytes = 3_315;

/** How a chat's tokens fall on its parts, when all of them together are known to be `tokens`. */
export type Parts = { rest: number; sizes: Map<ChatMessage, number> };

/**
 * The tokens that a vendor counted, told apart by the bytes of what was sent. So no part is measured by a rule that is not the
 * vendor's, and the parts add up to what was billed. Pure.
 */
export function measureParts({ messages, tools, responseFormat }: ChatInput, tokens: number): Parts {
  const rest = bytesOf({ tools, responseFormat });
  const bytes = messages.map(bytesOf);
  const perByte =
    tokens /
    Math.max(
      1,
      bytes.reduce((sum, one) => sum + one, rest),
    );
  return {
    rest: rest * perByte,
    sizes: new Map(messages.map((message, index) => [message, (bytes[index] ?? 0) * perByte])),
  };
}

function bytesOf(value: object): number {
  return Buffer.byteLength(
    JSON.stringify(value, (key, inner) => (key === "image" ? " ".repeat(imageBytes) : inner)),
  );
}
