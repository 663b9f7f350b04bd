import type { AnthropicMessage } from "../../api/anthropic/messages.ts";
import type { ChatMessage, ContentPart } from "../../api/chat.ts";

type Of<Role extends AnthropicMessage["role"]> = Extract<AnthropicMessage, { role: Role }>["content"];
type Block<Role extends "user" | "assistant"> = Exclude<Of<Role>, string>[number];
type Texts = string | { text: string }[];

/** Anthropic's messages as Conea's, in which each result of a tool is a message of its own. Pure. */
export function toChatMessages(message: AnthropicMessage): ChatMessage[] {
  switch (message.role) {
    case "system":
      return toSystem(message.content);
    case "user":
      return toUser(message.content);
    case "assistant":
      return [toAssistant(message.content)];
  }
}

/** An instruction without words is none. */
export function toSystem(content: Texts | undefined): ChatMessage[] {
  const text = typeof content === "string" ? content : content?.map(({ text: one }) => one).join("\n\n");
  return text ? [{ role: "system", content: text }] : [];
}

function toUser(content: Of<"user">): ChatMessage[] {
  if (typeof content === "string") return [{ role: "user", content }];
  const results = content.flatMap((block) => (block.type === "tool_result" ? [toResult(block)] : []));
  const parts = content.flatMap(toPart);
  return parts.length > 0 ? [...results, { role: "user", content: parts }] : results;
}

/** Vendors have no place for the mark of an error, so the text tells of it. */
function toResult(block: Extract<Block<"user">, { type: "tool_result" }>): ChatMessage {
  const { tool_use_id: toolCallId, content = "", is_error: isError } = block;
  const text = typeof content === "string" ? content : content.map((part) => part.text).join("");
  return { role: "tool", toolCallId, content: isError ? `Error: ${text}` : text };
}

function toPart(block: Block<"user">): ContentPart[] {
  if (block.type === "tool_result") return [];
  if (block.type === "text") return [{ type: "text", text: block.text }];
  const { source } = block;
  const url = source.type === "url" ? source.url : `data:${source.media_type};base64,${source.data}`;
  return [{ type: "image", image: { url } }];
}

function toAssistant(content: Of<"assistant">): ChatMessage {
  if (typeof content === "string") return { role: "assistant", content };
  const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
  const toolCalls = content.flatMap((block) =>
    block.type === "tool_use"
      ? [{ id: block.id, name: block.name, arguments: JSON.stringify(block.input) }]
      : [],
  );
  return {
    role: "assistant",
    ...((text !== "" || toolCalls.length === 0) && { content: text }),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
}
