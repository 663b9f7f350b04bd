import { z } from "zod";
import { ReasoningEffort } from "../chat.ts";
import type { OpenAiOperation } from "./operation.ts";
import { commonFields, orNull, samplingFields } from "./sampling.ts";

const name = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or -");
const JsonSchema = z.record(z.string(), z.unknown());

const TextPart = z.object({ type: z.literal("text"), text: z.string() });
const RefusalPart = z.object({ type: z.literal("refusal"), refusal: z.string() });
const ImagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.object({
    url: z
      .string()
      .regex(
        /^(https?:\/\/|data:image\/[a-z0-9.+-]+;base64,)/,
        "must start with https:// or data:image/…;base64,",
      ),
  }),
});
const Text = z.union([z.string(), z.array(TextPart).min(1)]);

const ToolCall = z.object({
  id: z.string().min(1),
  type: z.literal("function").default("function"),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
});

export const ChatCompletionMessage = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content: Text }),
  z.object({
    role: z.literal("user"),
    content: z.union([
      z.string().min(1),
      z.array(z.discriminatedUnion("type", [TextPart, ImagePart])).min(1),
    ]),
  }),
  z.object({
    role: z.literal("assistant"),
    content: orNull(z.union([z.string(), z.array(z.discriminatedUnion("type", [TextPart, RefusalPart]))])),
    refusal: orNull(z.string()),
    tool_calls: orNull(z.array(ToolCall)),
  }),
  z.object({ role: z.literal("tool"), tool_call_id: z.string().min(1), content: Text }),
]);
export type ChatCompletionMessage = z.infer<typeof ChatCompletionMessage>;

const ChatTool = z.object({
  type: z.literal("function"),
  function: z.object({
    name,
    description: orNull(z.string()),
    parameters: orNull(JsonSchema),
    strict: orNull(z.boolean()),
  }),
});

const ToolChoice = z.union([
  z.enum(["auto", "none", "required"]),
  z.object({ type: z.literal("function"), function: z.object({ name: z.string().min(1) }) }),
]);

const ChatResponseFormat = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    json_schema: z.object({ name, schema: JsonSchema, strict: orNull(z.boolean()) }),
  }),
]);

export const CreateChatCompletion = z.looseObject({
  ...commonFields,
  ...samplingFields,
  messages: z.array(ChatCompletionMessage).min(1).max(2_000),
  max_completion_tokens: orNull(z.int().min(1).max(1_000_000)),
  tools: orNull(z.array(ChatTool).max(128)),
  tool_choice: orNull(ToolChoice),
  response_format: orNull(ChatResponseFormat),
  parallel_tool_calls: orNull(z.boolean()),
  reasoning_effort: orNull(ReasoningEffort),
  verbosity: orNull(z.enum(["low", "medium", "high"])),
});
export type CreateChatCompletion = z.infer<typeof CreateChatCompletion>;

/** Room for a request with images in it; Cloud Run takes 32 MB. */
const mostBytes = 30_000_000;

export const createChatCompletion = {
  method: "POST",
  path: "/openai/v1/chat/completions",
  access: "write",
  body: CreateChatCompletion,
  mostBytes,
} as const satisfies OpenAiOperation;
