import type Anthropic from "@anthropic-ai/sdk";
import type { ChatMessage, ContentPart, ToolCall } from "../../api/chat.ts";
import { idFrom } from "../../core/ids.ts";
import { readArguments } from "../read-arguments.ts";
import { readImage } from "../read-image.ts";
import type { ReadBlob } from "../read-upload.ts";

type Block = Anthropic.ContentBlockParam;
type Turn = { role: "user" | "assistant"; content: Block[] };

export type Messages = { system?: string; messages: Turn[] };

/**
 * System messages, wherever they stand, become the system prompt; the results of parallel tool calls become one user
 * turn, as the vendor demands. Blank texts are left out, because the vendor refuses a request that has one.
 */
export async function toMessages(messages: ChatMessage[], readBlob: ReadBlob): Promise<Messages> {
  const system = messages.filter((message) => message.role === "system").map(({ content }) => content);
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const blocks = await toBlocks(message, index, readBlob);
    const previous = turns.at(-1);
    if (message.role === "tool" && messages[index - 1]?.role === "tool" && previous) {
      previous.content.push(...blocks);
    } else if (blocks.length > 0) {
      turns.push({ role: message.role === "assistant" ? "assistant" : "user", content: blocks });
    }
  }
  return { ...(system.length > 0 && { system: system.join("\n\n") }), messages: turns };
}

async function toBlocks(message: ChatMessage, index: number, readBlob: ReadBlob): Promise<Block[]> {
  switch (message.role) {
    case "system":
      return [];
    case "user":
      return toUserBlocks(message.content, readBlob);
    case "assistant":
      return [...toText(message.content), ...toToolUses(message.toolCalls ?? [], index)];
    case "tool":
      return [
        { type: "tool_result", tool_use_id: toToolId(message.toolCallId), content: toText(message.content) },
      ];
  }
}

async function toUserBlocks(content: string | ContentPart[], readBlob: ReadBlob): Promise<Block[]> {
  if (typeof content === "string") return toText(content);
  const blocks = await Promise.all(
    content.map(async (part) => (part.type === "text" ? toText(part.text) : [await toImage(part, readBlob)])),
  );
  return blocks.flat();
}

async function toImage(
  { image }: Extract<ContentPart, { type: "image" }>,
  readBlob: ReadBlob,
): Promise<Block> {
  const read = await readImage(image, readBlob);
  if (read.from === "link") return { type: "image", source: { type: "url", url: read.url } };
  // The vendor takes JPEG, PNG, GIF and WebP, and says so itself when it gets anything else.
  const media_type = read.contentType as Anthropic.Base64ImageSource["media_type"];
  return { type: "image", source: { type: "base64", media_type, data: read.base64 } };
}

function toText(text: string | undefined): Anthropic.TextBlockParam[] {
  return text?.trim() ? [{ type: "text", text }] : [];
}

function toToolUses(calls: ToolCall[], message: number): Block[] {
  return calls.map(({ id, name, arguments: text }, index) => {
    const input = readArguments(text, `messages[${message}].toolCalls[${index}].arguments`);
    return { type: "tool_use", id: toToolId(id), name, input };
  });
}

/** Ids of other vendors may hold characters, or a length, that this one refuses: those become a hash. */
function toToolId(id: string): string {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(id) ? id : idFrom("toolu", id);
}
