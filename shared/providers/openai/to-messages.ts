import type { OpenAI } from "openai";
import type { ChatMessage, ContentPart, ToolCall } from "../../api/chat.ts";
import { idFrom } from "../../core/ids.ts";
import { readImage } from "../read-image.ts";
import type { ReadBlob } from "../read-upload.ts";

type Message = OpenAI.Chat.ChatCompletionMessageParam;
type Part = OpenAI.Chat.ChatCompletionContentPart;

/** Conea's messages as Chat Completions takes them; uploads become data URLs. */
export function toMessages(messages: ChatMessage[], readBlob: ReadBlob): Promise<Message[]> {
  return Promise.all(messages.map((message) => toMessage(message, readBlob)));
}

async function toMessage(message: ChatMessage, readBlob: ReadBlob): Promise<Message> {
  switch (message.role) {
    case "system":
      return message;
    case "user":
      return { role: "user", content: await toContent(message.content, readBlob) };
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

async function toContent(content: string | ContentPart[], readBlob: ReadBlob): Promise<string | Part[]> {
  if (typeof content === "string") return content;
  return Promise.all(content.map((part) => toPart(part, readBlob)));
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
