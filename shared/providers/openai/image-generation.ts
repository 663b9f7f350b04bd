import type { OpenAI } from "openai";
import { z } from "zod";
import type { Answers, ProviderAnswer, ProviderCall } from "../provider.ts";
import { readAnswer } from "../read-answer.ts";
import { toCallFacts } from "./to-call-facts.ts";
import { toImageUsage, VendorUsage } from "./to-usage.ts";
import type { Vendor } from "./vendor.ts";

const ImageAnswer = z.object({
  data: z.array(z.object({ b64_json: z.string().min(1), revised_prompt: z.string().nullish() })).min(1),
  output_format: z.enum(["png", "jpeg", "webp"]).optional().catch(undefined),
  usage: VendorUsage,
});
type ImageAnswer = z.infer<typeof ImageAnswer>;

/** One call for all images. They come in the answer: a link would need a second request, and expires. */
export async function imageGeneration(
  { client }: Vendor,
  call: ProviderCall<"image_generation">,
): Promise<ProviderAnswer<"image_generation">> {
  const { data, response } = await client.images
    .generate(toParams(call), { signal: call.signal })
    .withResponse();
  const answer = readAnswer(ImageAnswer, data);
  return {
    result: { images: toImages(answer, answer.output_format ?? call.input.format ?? "png") },
    usage: toImageUsage(answer.usage, answer.data.length),
    ...toCallFacts(response),
  };
}

/** The gpt-image models always send content and refuse `response_format`; others send links unless asked. */
function toParams({
  input,
  model,
}: ProviderCall<"image_generation">): OpenAI.ImageGenerateParamsNonStreaming {
  const sendsContent = /gpt-image/.test(model);
  return {
    model,
    prompt: input.prompt,
    n: input.count,
    size: input.size,
    quality: input.quality,
    background: input.background,
    output_format: input.format,
    response_format: sendsContent ? undefined : "b64_json",
  };
}

function toImages({ data }: ImageAnswer, format: string): Answers["image_generation"]["images"] {
  return data.map(({ b64_json, revised_prompt }) => ({
    file: { content: new Uint8Array(Buffer.from(b64_json, "base64")), contentType: `image/${format}` },
    ...(revised_prompt && { revisedPrompt: revised_prompt }),
  }));
}
