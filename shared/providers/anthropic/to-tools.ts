import type Anthropic from "@anthropic-ai/sdk";
import type { ChatInput, Tool } from "../../api/chat.ts";

type Tools = Pick<Anthropic.MessageCreateParams, "tools" | "tool_choice">;

/** Tools and how to choose among them. A choice without tools is dropped: the vendor refuses it. */
export function toTools({ tools, toolChoice }: ChatInput): Tools {
  if (!tools) return {};
  return { tools: tools.map(toTool), ...(toolChoice && { tool_choice: toToolChoice(toolChoice) }) };
}

function toTool({ name, description, parameters, strict }: Tool): Anthropic.Tool {
  return {
    name,
    ...(description && { description }),
    input_schema: { type: "object", properties: {}, ...parameters } as Anthropic.Tool.InputSchema,
    ...(strict && { strict }),
  };
}

function toToolChoice(choice: NonNullable<ChatInput["toolChoice"]>): Anthropic.ToolChoice {
  if (typeof choice === "object") return { type: "tool", name: choice.name };
  return { type: choice === "required" ? "any" : choice };
}
