import type { ChatMessage, ContentPart, ToolCall } from "../../../api/chat.ts";
import type { ResponseInputItem, ResponseMessage } from "../../../api/openai/response-items.ts";

/** What an `item_reference` stands for, by its id. */
export type Referenced = ReadonlyMap<string, Spoken>;

/** A part of what a model said. */
export type Spoken = { kind: "text"; text: string } | { kind: "call"; call: ToolCall };

/**
 * The items of a response's input as the messages of a chat. Calls that follow on what the assistant said are part of the
 * same message, as the vendors demand. References that lead nowhere are left out. Pure.
 */
export function toConversation(
  input: string | readonly ResponseInputItem[],
  referenced: Referenced,
): ChatMessage[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  const messages: ChatMessage[] = [];
  for (const item of input) add(messages, item, referenced);
  return messages;
}

function add(messages: ChatMessage[], item: ResponseInputItem, referenced: Referenced): void {
  switch (item.type) {
    case "message":
      messages.push(...toMessage(item));
      return;
    case "function_call":
      addSpoken(messages, {
        kind: "call",
        call: { id: item.call_id, name: item.name, arguments: item.arguments },
      });
      return;
    case "function_call_output":
      messages.push({ role: "tool", toolCallId: item.call_id, content: toText(item.output) });
      return;
    case "item_reference": {
      const spoken = referenced.get(item.id);
      if (spoken) addSpoken(messages, spoken);
      return;
    }
    case "reasoning":
      return;
  }
}

function addSpoken(messages: ChatMessage[], spoken: Spoken): void {
  if (spoken.kind === "text") {
    messages.push({ role: "assistant", content: spoken.text });
    return;
  }
  const last = messages.at(-1);
  if (last?.role !== "assistant") {
    messages.push({ role: "assistant", toolCalls: [spoken.call] });
    return;
  }
  messages[messages.length - 1] = { ...last, toolCalls: [...(last.toolCalls ?? []), spoken.call] };
}

/** An instruction without words is none. */
function toMessage(message: ResponseMessage): ChatMessage[] {
  switch (message.role) {
    case "system":
    case "developer": {
      const content = toText(message.content);
      return content === "" ? [] : [{ role: "system", content }];
    }
    case "user":
      return [{ role: "user", content: toContent(message.content) }];
    case "assistant":
      return [{ role: "assistant", content: toText(message.content) }];
  }
}

type Texts = string | ({ text: string } | { refusal: string })[];

function toText(content: Texts): string {
  if (typeof content === "string") return content;
  return content.map((part) => ("text" in part ? part.text : part.refusal)).join("");
}

function toContent(content: Extract<ResponseMessage, { role: "user" }>["content"]): string | ContentPart[] {
  if (typeof content === "string") return content;
  return content.map((part) =>
    part.type === "input_text"
      ? { type: "text", text: part.text }
      : { type: "image", image: { url: part.image_url } },
  );
}
