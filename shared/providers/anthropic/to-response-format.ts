import type Anthropic from "@anthropic-ai/sdk";
import type { ChatInput, ResponseFormat } from "../../api/chat.ts";

type Schema = Anthropic.JSONOutputFormat["schema"];

/** Rewrites a schema into the subset the vendor takes; the SDK's own function. Throws on a schema it does not understand. */
export type AdaptSchema = (schema: Schema) => Schema;

/** A JSON Schema the answer must fit. The vendor decides about one that cannot be adapted to its subset. */
export function toResponseFormat(
  format: ResponseFormat | undefined,
  adaptSchema: AdaptSchema,
): Anthropic.JSONOutputFormat | undefined {
  if (format?.type !== "json_schema") return undefined;
  return { type: "json_schema", schema: tryToAdapt(format.schema, adaptSchema) };
}

function tryToAdapt(schema: Schema, adaptSchema: AdaptSchema): Schema {
  try {
    return adaptSchema(schema);
  } catch {
    return schema;
  }
}

/** The vendor has no mode for JSON of any shape: it has to be asked. */
export function toFormatInstruction({ responseFormat }: ChatInput): string | undefined {
  if (responseFormat?.type !== "json_object") return undefined;
  return "Answer with one JSON object and nothing else: no explanation and no code fence.";
}
