import { z } from "zod";
import { orNull } from "./sampling.ts";

const InputText = z.object({ type: z.literal("input_text"), text: z.string() });
const OutputText = z.object({ type: z.literal("output_text"), text: z.string() });
const Refusal = z.object({ type: z.literal("refusal"), refusal: z.string() });
const InputImage = z.object({
  type: z.literal("input_image"),
  image_url: z
    .string("must be a URL; files are not taken as images")
    .regex(
      /^(https?:\/\/|data:image\/[a-z0-9.+-]+;base64,[A-Za-z0-9+/_-]+={0,2}$)/,
      "must start with https:// or data:image/…;base64,",
    ),
});

const InputParts = z
  .array(z.discriminatedUnion("type", [InputText, InputImage], "must be input_text or input_image"))
  .min(1);
const Texts = z.union([z.string(), z.array(InputText).min(1)]);
const SpokenParts = z.array(
  z.discriminatedUnion("type", [OutputText, InputText, Refusal], "must be output_text or refusal"),
);

const message = { type: z.literal("message"), content: z.unknown() };

const Message = z.discriminatedUnion(
  "role",
  [
    z.object({ ...message, role: z.enum(["system", "developer"]), content: Texts }),
    z.object({ ...message, role: z.literal("user"), content: z.union([z.string().min(1), InputParts]) }),
    z.object({ ...message, role: z.literal("assistant"), content: z.union([z.string(), SpokenParts]) }),
  ],
  "must be user, assistant, system or developer",
);
export type ResponseMessage = z.infer<typeof Message>;

const FunctionCall = z.object({
  type: z.literal("function_call"),
  call_id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.string(),
});

const FunctionCallOutput = z.object({
  type: z.literal("function_call_output"),
  call_id: z.string().min(1),
  output: Texts,
});

/** An item that an earlier response gave, by its id. */
const ItemReference = z.object({ type: z.literal("item_reference"), id: z.string().min(1).max(100) });

/** Thoughts of a model; nobody but the vendor that had them can read them, so they are left out. */
const Reasoning = z.object({ type: z.literal("reasoning") });

const Item = z.discriminatedUnion(
  "type",
  [Message, FunctionCall, FunctionCallOutput, ItemReference, Reasoning],
  "must be message, function_call, function_call_output, item_reference or reasoning",
);

/** What a response is made from. A message needs no `type`, and a reference none but its id. */
export const ResponseInputItem = z.preprocess(withType, Item);
export type ResponseInputItem = z.infer<typeof Item>;

function withType(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ("type" in value && value.type !== null)) return value;
  if ("role" in value) return { ...value, type: "message" };
  return "id" in value ? { ...value, type: "item_reference" } : value;
}

export const ResponseTool = z.object({
  type: z.literal("function"),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or -"),
  description: orNull(z.string()),
  parameters: orNull(z.record(z.string(), z.unknown())),
  strict: orNull(z.boolean()),
});
export type ResponseTool = z.infer<typeof ResponseTool>;
