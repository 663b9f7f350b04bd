import type { OpenAI } from "openai";
import type { ChatMessage, ContentPart, ToolCall } from "../../api/chat.ts";
import { idFrom } from "../../core/ids.ts";
import { readImage } from "../read-image.ts";
import type { ReadBlob } from "../read-upload.ts";

type Message = OpenAI.Chat.ChatCompletionMessageParam;
type Part = OpenAI.Chat.ChatCompletionContentPart;

/** Conea's messages as Chat Completions takes them; uploads become data URLs. */
export async function toMessages(messages: ChatMessage[], readBlob: ReadBlob): Promise<Message[]> {
  const told: Message[] = [];
  for (const message of messages) {
    const next = toMessage(message, readBlob);
    // Most are text, and nothing is waited for.
    told.push(next instanceof Promise ? await next : next);
  }
  return told;
}

function toMessage(message: ChatMessage, readBlob: ReadBlob): Message | Promise<Message> {
  switch (message.role) {
    case "system":
      return message;
    case "user":
      return toUser(message.content, readBlob);
    case "assistant":
      return toAssistant(message.content, message.toolCalls);
    case "tool":
      return { role: "tool", tool_call_id: toToolId(message.toolCallId), content: message.content };
  }
}

function toAssistant(content = "", toolCalls: ToolCall[] = []): Message {
  if (toolCalls.length === 0) return { role: "assistant", content };
  const calls = toolCalls.map(({ id, ...called }) => ({
    id: toToolId(id),
    type: "function" as const,
    function: called,
  }));
  return { role: "assistant", content: content || null, tool_calls: calls };
}

function toUser(content: string | ContentPart[], readBlob: ReadBlob): Message | Promise<Message> {
  if (typeof content === "string") return { role: "user", content };
  const parts = Promise.all(content.map((part) => toPart(part, readBlob)));
  return parts.then((known) => ({ role: "user", content: known }));
}

async function toPart(part: ContentPart, readBlob: ReadBlob): Promise<Part> {
  if (part.type === "text") return part;
  const image = await readImage(part.image, readBlob);
  const url = image.from === "link" ? image.url : `data:${image.contentType};base64,${image.base64}`;
  return { type: "image_url", image_url: { url } };
}

/** OpenAI takes ids of at most 40 characters; those of other vendors may be longer and become a hash. */
function toToolId(id: string): string {
  return id.length <= 40 ? id : idFrom("call", id);
}
