import { z } from "zod";
import { ReasoningEffort } from "../chat.ts";
import type { OpenAiOperation } from "../openai/operation.ts";
import { orNull, ownFields } from "../openai/sampling.ts";

const TextBlock = z.object({ type: z.literal("text"), text: z.string() });

const ImageBlock = z.object({
  type: z.literal("image"),
  source: z.discriminatedUnion(
    "type",
    [
      z.object({
        type: z.literal("base64"),
        media_type: z.string().regex(/^image\/[a-z0-9.+-]+$/, "must be an image's media type"),
        data: z.base64("must be base64").min(1),
      }),
      z.object({
        type: z.literal("url"),
        url: z.string().regex(/^https?:\/\//, "must start with https://"),
      }),
    ],
    "must be base64 or url",
  ),
});

const ToolResultBlock = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string().min(1),
  content: orNull(z.union([z.string(), z.array(TextBlock)])),
  is_error: orNull(z.boolean()),
});

const ToolUseBlock = z.object({
  type: z.literal("tool_use"),
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
});

/** Thoughts of a model; nobody but the vendor that had them can read them, so they are left out. */
const ThinkingBlock = z.object({ type: z.enum(["thinking", "redacted_thinking"]) });

const Texts = z.union([z.string(), z.array(TextBlock)]);

export const AnthropicMessage = z.discriminatedUnion(
  "role",
  [
    z.object({
      role: z.literal("user"),
      content: z.union([
        z.string().min(1),
        z
          .array(
            z.discriminatedUnion(
              "type",
              [TextBlock, ImageBlock, ToolResultBlock],
              "must be text, image or tool_result",
            ),
          )
          .min(1),
      ]),
    }),
    z.object({
      role: z.literal("assistant"),
      content: z.union([
        z.string(),
        z.array(
          z.discriminatedUnion(
            "type",
            [TextBlock, ToolUseBlock, ThinkingBlock],
            "must be text, tool_use or thinking",
          ),
        ),
      ]),
    }),
    z.object({ role: z.literal("system"), content: Texts }),
  ],
  "must be user, assistant or system",
);
export type AnthropicMessage = z.infer<typeof AnthropicMessage>;

const AnthropicTool = z.object({
  type: orNull(z.literal("custom")),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or -"),
  description: orNull(z.string()),
  input_schema: z.record(z.string(), z.unknown()),
  strict: orNull(z.boolean()),
});

const parallel = { disable_parallel_tool_use: orNull(z.boolean()) };

const AnthropicToolChoice = z.discriminatedUnion("type", [
  z.object({ type: z.literal("auto"), ...parallel }),
  z.object({ type: z.literal("any"), ...parallel }),
  z.object({ type: z.literal("none") }),
  z.object({ type: z.literal("tool"), name: z.string().min(1), ...parallel }),
]);

const Thinking = z.discriminatedUnion("type", [
  z.object({ type: z.literal("enabled"), budget_tokens: z.int().min(1_024) }),
  z.object({ type: z.literal("adaptive") }),
  z.object({ type: z.literal("disabled") }),
]);

export const CreateMessage = z.looseObject({
  model: z.string().min(1).max(200),
  ...ownFields,
  max_tokens: z.int().min(1).max(1_000_000),
  messages: z.array(AnthropicMessage).min(1).max(2_000),
  system: orNull(Texts),
  stop_sequences: orNull(z.array(z.string().min(1)).max(4)),
  stream: orNull(z.boolean()),
  temperature: orNull(z.number().min(0).max(1)),
  top_p: orNull(z.number().gt(0).max(1)),
  tools: orNull(z.array(AnthropicTool).max(128)),
  tool_choice: orNull(AnthropicToolChoice),
  thinking: orNull(Thinking),
  output_config: orNull(
    z.object({
      effort: orNull(ReasoningEffort.extract(["low", "medium", "high", "xhigh", "max"])),
      format: orNull(z.object({ type: z.literal("json_schema"), schema: z.record(z.string(), z.unknown()) })),
    }),
  ),
});
export type CreateMessage = z.infer<typeof CreateMessage>;

/** Anthropic takes as much. */
const mostBytes = 30_000_000;

export const createMessage = {
  method: "POST",
  path: "/anthropic/v1/messages",
  access: "write",
  body: CreateMessage,
  mostBytes,
} as const satisfies OpenAiOperation;

/** Known so that a caller is told why there is no answer. */
export const countTokens = {
  method: "POST",
  path: "/anthropic/v1/messages/count_tokens",
  access: "read",
} as const satisfies OpenAiOperation;
