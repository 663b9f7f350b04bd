import type { OpenAI } from "openai";
import type { ChatInput, Tool } from "../../api/chat.ts";

export function toTools(tools: Tool[] | undefined): OpenAI.Chat.ChatCompletionFunctionTool[] | undefined {
  return tools?.map((tool) => ({ type: "function", function: tool }));
}

export function toToolChoice(
  choice: ChatInput["toolChoice"],
): OpenAI.Chat.ChatCompletionToolChoiceOption | undefined {
  return typeof choice === "object" ? { type: "function", function: choice } : choice;
}
