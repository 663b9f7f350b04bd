import type Anthropic from "@anthropic-ai/sdk";
import type { ChatInput, Tool } from "../../api/chat.ts";

type Tools = Pick<Anthropic.MessageCreateParams, "tools" | "tool_choice">;

/** Tools and how to choose among them. A choice without tools is dropped: the vendor refuses it. */
export function toTools({ tools, toolChoice, parallelToolCalls }: ChatInput): Tools {
  if (!tools) return {};
  const isOne = parallelToolCalls === false && toolChoice !== "none";
  const choice = toolChoice ?? (isOne ? "auto" : undefined);
  return {
    tools: tools.map(toTool),
    ...(choice && {
      tool_choice: { ...toToolChoice(choice), ...(isOne && { disable_parallel_tool_use: true }) },
    }),
  };
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
