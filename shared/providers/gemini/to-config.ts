import type { GenerateContentConfig } from "@google/genai";
import type { ChatInput, ResponseFormat } from "../../api/chat.ts";
import { toThinkingConfig } from "./to-thinking-config.ts";
import { toTools } from "./to-tools.ts";

/** How to generate: everything of a request but its model, its turns and its system instruction. */
export function toConfig(input: ChatInput, model: string): GenerateContentConfig {
  const thinkingConfig = toThinkingConfig(input.reasoningEffort, model);
  return {
    ...toTools(input),
    ...toResponseFormat(input.responseFormat),
    ...(thinkingConfig && { thinkingConfig }),
    temperature: input.temperature,
    topP: input.topP,
    maxOutputTokens: input.maxOutputTokens,
    stopSequences: input.stop,
    seed: input.seed,
  };
}

function toResponseFormat(format: ResponseFormat | undefined): GenerateContentConfig {
  if (format === undefined || format.type === "text") return {};
  const json = { responseMimeType: "application/json" };
  return format.type === "json_object" ? json : { ...json, responseJsonSchema: format.schema };
}
