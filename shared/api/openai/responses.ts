import { z } from "zod";
import { ReasoningEffort } from "../chat.ts";
import type { OpenAiOperation } from "./operation.ts";
import { ResponseInputItem, ResponseTool } from "./response-items.ts";
import { commonFields, orNull } from "./sampling.ts";

const TextFormat = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or -"),
    schema: z.record(z.string(), z.unknown()),
    strict: orNull(z.boolean()),
  }),
]);

const ToolChoice = z.union([
  z.enum(["auto", "none", "required"]),
  z.object({ type: z.literal("function"), name: z.string().min(1) }),
]);

/** A `summary` of the reasoning is taken and not given: no vendor-neutral answer holds one. */
export const CreateResponse = z.looseObject({
  ...commonFields,
  input: orNull(z.union([z.string().min(1), z.array(ResponseInputItem).max(2_000)])),
  instructions: orNull(z.string()),
  previous_response_id: orNull(z.string().min(1).max(100)),
  background: orNull(z.boolean()),
  store: orNull(z.boolean()),
  stream: orNull(z.boolean()),
  max_output_tokens: orNull(z.int().min(1).max(1_000_000)),
  temperature: orNull(z.number().min(0).max(2)),
  top_p: orNull(z.number().gt(0).max(1)),
  tools: orNull(z.array(ResponseTool).max(128)),
  tool_choice: orNull(ToolChoice),
  parallel_tool_calls: orNull(z.boolean()),
  text: orNull(
    z.object({ format: orNull(TextFormat), verbosity: orNull(z.enum(["low", "medium", "high"])) }),
  ),
  reasoning: orNull(z.object({ effort: orNull(ReasoningEffort) })),
});
export type CreateResponse = z.infer<typeof CreateResponse>;

/** Room for a request with images in it; Cloud Run takes 32 MB. */
const mostBytes = 30_000_000;

export const createResponse = {
  method: "POST",
  path: "/openai/v1/responses",
  access: "write",
  body: CreateResponse,
  mostBytes,
} as const satisfies OpenAiOperation;

/** `stream` follows a response as a stream of its own; `starting_after` is the number of the last event that was read. */
export const ReadResponse = z
  .looseObject({
    stream: z.enum(["true", "false"]).optional(),
    starting_after: z
      .string()
      .regex(/^\d{1,15}$/, "must be the number of an event")
      .transform(Number)
      .optional(),
  })
  .refine((query) => query.starting_after === undefined || query.stream === "true", {
    path: ["starting_after"],
    error: "needs stream=true",
  });

export const getResponse = {
  method: "GET",
  path: "/openai/v1/responses/{responseId}",
  access: "read",
  query: ReadResponse,
} as const satisfies OpenAiOperation;

export const cancelResponse = {
  method: "POST",
  path: "/openai/v1/responses/{responseId}/cancel",
  access: "write",
} as const satisfies OpenAiOperation;

export const deleteResponse = {
  method: "DELETE",
  path: "/openai/v1/responses/{responseId}",
  access: "write",
} as const satisfies OpenAiOperation;

export const ListInputItems = z.looseObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(["asc", "desc"]).default("desc"),
  after: z.string().max(100).optional(),
});
export type ListInputItems = z.infer<typeof ListInputItems>;

export const listInputItems = {
  method: "GET",
  path: "/openai/v1/responses/{responseId}/input_items",
  access: "read",
  query: ListInputItems,
} as const satisfies OpenAiOperation;
