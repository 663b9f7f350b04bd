import type { ChatMessage, ContentPart } from "../../../api/chat.ts";
import type { ListInputItems } from "../../../api/openai/responses.ts";
import { toItemId } from "./response-ids.ts";

/** An item that a response was made from, as it is listed. */
export type InputItem = { id: string; type: string; status: "completed" } & Record<string, unknown>;

type Part = { prefix: "msg" | "fc" | "fco"; fields: { type: string } & Record<string, unknown> };

/** All that a response was made from, earlier turns included, in order. Pure. */
export function toInputItems(taskId: string, messages: ChatMessage[]): InputItem[] {
  return messages.flatMap(toParts).map(({ prefix, fields }, index) => ({
    id: toItemId(prefix, taskId, `in${index}`),
    status: "completed",
    ...fields,
  }));
}

function toParts(message: ChatMessage): Part[] {
  switch (message.role) {
    case "system":
    case "user":
      return [toMessage(message.role, toContent(message.content))];
    case "assistant":
      return [
        ...(message.content === undefined
          ? []
          : [toMessage("assistant", [{ type: "output_text", text: message.content, annotations: [] }])]),
        ...(message.toolCalls ?? []).map(({ id, name, arguments: text }): Part => {
          const fields = { type: "function_call", call_id: id, name, arguments: text };
          return { prefix: "fc", fields };
        }),
      ];
    case "tool": {
      const fields = { type: "function_call_output", call_id: message.toolCallId, output: message.content };
      return [{ prefix: "fco", fields }];
    }
  }
}

function toMessage(role: string, content: object[]): Part {
  return { prefix: "msg", fields: { type: "message", role, content } };
}

function toContent(content: string | ContentPart[]): object[] {
  if (typeof content === "string") return [{ type: "input_text", text: content }];
  return content.map((part) => {
    if (part.type === "text") return { type: "input_text", text: part.text };
    const url = "url" in part.image ? part.image.url : null;
    return { type: "input_image", detail: "auto", image_url: url };
  });
}

/** The part of a list that was asked for. `after` that is in none of its items counts as the end. */
export function toItemPage(items: InputItem[], { limit, order, after }: ListInputItems) {
  const ordered = order === "asc" ? items : items.toReversed();
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const rest = after !== undefined && start === 0 ? [] : ordered.slice(start);
  const data = rest.slice(0, limit);
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: rest.length > limit,
  };
}
