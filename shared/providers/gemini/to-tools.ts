import type { FunctionCallingConfig, FunctionCallingConfigMode, GenerateContentConfig } from "@google/genai";
import type { ChatInput } from "../../api/chat.ts";
import { ProviderError } from "../provider-error.ts";

type Tools = Pick<GenerateContentConfig, "tools" | "toolConfig">;

/** Tools and how to choose among them. A choice without tools is dropped: the vendor refuses it. */
export function toTools({ tools, toolChoice, parallelToolCalls }: ChatInput): Tools {
  if (!tools) return {};
  // The vendor cannot be told, and whoever asks for one call at most may rely on it.
  if (parallelToolCalls === false)
    throw new ProviderError("invalid_request", { parameter: "parallel_tool_calls" });
  const functionDeclarations = tools.map(({ name, description, parameters }) => ({
    name,
    ...(description && { description }),
    ...(parameters && { parametersJsonSchema: parameters }),
  }));
  return {
    tools: [{ functionDeclarations }],
    ...(toolChoice && { toolConfig: { functionCallingConfig: toCallingConfig(toolChoice) } }),
  };
}

const modes = { auto: "AUTO", none: "NONE", required: "ANY" };

function toCallingConfig(choice: NonNullable<ChatInput["toolChoice"]>): FunctionCallingConfig {
  if (typeof choice === "object") return { mode: toMode("ANY"), allowedFunctionNames: [choice.name] };
  return { mode: toMode(modes[choice]) };
}

/** The SDK's enum cannot be had without loading the SDK; its values are these words. */
function toMode(mode: string): FunctionCallingConfigMode {
  return mode as FunctionCallingConfigMode;
}
