import { z } from "zod";
import { ImageSource } from "./file.ts";

const JsonSchema = z
  .record(z.string(), z.unknown())
  .meta({ description: "A JSON Schema (2020-12 subset, as the vendors take it)." });

export const ContentPart = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text"), text: z.string() }),
    z.strictObject({ type: z.literal("image"), image: ImageSource }),
  ])
  .meta({ id: "ContentPart" });
export type ContentPart = z.infer<typeof ContentPart>;

export const ToolCall = z
  .strictObject({ id: z.string().min(1), name: z.string().min(1), arguments: z.string() })
  .meta({
    id: "ToolCall",
    description: "A call the model asks for; `arguments` is JSON text, as the model wrote it.",
  });
export type ToolCall = z.infer<typeof ToolCall>;

const Content = z.union([z.string().min(1), z.array(ContentPart).min(1)]);

export const ChatMessage = z
  .discriminatedUnion("role", [
    z.strictObject({ role: z.literal("system"), content: z.string().min(1) }),
    z.strictObject({ role: z.literal("user"), content: Content }),
    z.strictObject({
      role: z.literal("assistant"),
      content: z.string().optional(),
      toolCalls: z.array(ToolCall).min(1).optional(),
    }),
    z.strictObject({ role: z.literal("tool"), toolCallId: z.string().min(1), content: z.string() }),
  ])
  .meta({ id: "ChatMessage" });
export type ChatMessage = z.infer<typeof ChatMessage>;

export const Tool = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or -"),
    description: z.string().optional(),
    parameters: JsonSchema.optional(),
    strict: z.boolean().optional(),
  })
  .meta({ id: "Tool", description: "A function the model may ask for." });
export type Tool = z.infer<typeof Tool>;

export const ResponseFormat = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text") }),
    z.strictObject({ type: z.literal("json_object") }),
    z.strictObject({
      type: z.literal("json_schema"),
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or -"),
      schema: JsonSchema,
      strict: z.boolean().optional(),
    }),
  ])
  .meta({ id: "ResponseFormat" });
export type ResponseFormat = z.infer<typeof ResponseFormat>;

export const sampling = {
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().gt(0).max(1).optional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).optional(),
  stop: z.array(z.string().min(1)).min(1).max(4).optional(),
  seed: z.int().min(0).max(2_147_483_647).optional(),
};

/** What a vendor does not tell apart counts as the nearest that it knows. */
export const ReasoningEffort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);
export type ReasoningEffort = z.infer<typeof ReasoningEffort>;

export const ChatInput = z
  .strictObject({
    messages: z.array(ChatMessage).min(1).max(2_000),
    tools: z.array(Tool).min(1).max(128).optional(),
    toolChoice: z
      .union([z.enum(["auto", "none", "required"]), z.strictObject({ name: z.string().min(1) })])
      .optional(),
    /** `false`: at most one call an answer. */
    parallelToolCalls: z.boolean().optional(),
    responseFormat: ResponseFormat.optional(),
    ...sampling,
    reasoningEffort: ReasoningEffort.optional(),
    /** A hint of how long to write, for the vendors that take one. */
    verbosity: z.enum(["low", "medium", "high"]).optional(),
  })
  .meta({ id: "ChatInput" });
export type ChatInput = z.infer<typeof ChatInput>;

export const FinishReason = z
  .enum(["stop", "length", "tool_calls", "content_filter", "other"])
  .meta({ id: "FinishReason", description: "Why the model stopped." });
export type FinishReason = z.infer<typeof FinishReason>;

export const ChatResult = z
  .object({
    text: z.string(),
    finishReason: FinishReason,
    toolCalls: z.array(ToolCall).optional(),
    /** The model's own words when it declined. */
    refusal: z.string().optional(),
  })
  .meta({ id: "ChatResult" });
export type ChatResult = z.infer<typeof ChatResult>;
