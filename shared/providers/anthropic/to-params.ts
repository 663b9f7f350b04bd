import type Anthropic from "@anthropic-ai/sdk";
import type { ChatInput } from "../../api/chat.ts";
import { toModelFamily } from "./model-family.ts";
import type { Messages } from "./to-messages.ts";
import { type AdaptSchema, toFormatInstruction, toResponseFormat } from "./to-response-format.ts";
import { type Reasoning, toReasoning } from "./to-thinking.ts";
import { toTools } from "./to-tools.ts";

export type VendorParams = Omit<Anthropic.MessageCreateParams, "stream"> & {
  temperature?: number;
  top_p?: number;
};

/** The request's body, but for `stream`. `seed` is left out: the vendor has none. */
export function toParams(
  input: ChatInput,
  model: string,
  { system, messages }: Messages,
  adaptSchema: AdaptSchema,
): VendorParams {
  const { effort, ...reasoning } = toReasoning(input, model);
  const format = toResponseFormat(input.responseFormat, adaptSchema);
  const instructions = [system, toFormatInstruction(input)].filter((text) => text !== undefined);
  return {
    model,
    messages,
    ...(instructions.length > 0 && { system: instructions.join("\n\n") }),
    ...reasoning,
    ...toTools(input),
    ...((effort || format) && { output_config: { ...(effort && { effort }), ...(format && { format }) } }),
    ...(input.stop && { stop_sequences: input.stop }),
    ...toSampling(input, model, reasoning),
  };
}

/**
 * Left out where the vendor refuses it: on models after 4.6, and while thinking. Where a model takes only one, it is
 * the temperature; above 1, the vendor's highest, it counts as 1.
 */
function toSampling(
  { temperature, topP }: ChatInput,
  model: string,
  { thinking }: Omit<Reasoning, "effort">,
): Pick<VendorParams, "temperature" | "top_p"> {
  const { sampling } = toModelFamily(model);
  if (thinking || sampling === "none") return {};
  const warmth = temperature === undefined ? {} : { temperature: Math.min(temperature, 1) };
  if (topP === undefined || (sampling === "one" && temperature !== undefined)) return warmth;
  return { ...warmth, top_p: topP };
}
