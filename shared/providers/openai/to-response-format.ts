import type { OpenAI } from "openai";
import type { ResponseFormat } from "../../api/chat.ts";

/** Text is what a model writes anyway, so it is not asked for: older servers do not know the parameter. */
export function toResponseFormat(
  format: ResponseFormat | undefined,
): OpenAI.ResponseFormatJSONObject | OpenAI.ResponseFormatJSONSchema | undefined {
  if (format === undefined || format.type === "text") return undefined;
  if (format.type === "json_object") return { type: "json_object" };
  const { type, ...schema } = format;
  return { type, json_schema: schema };
}
