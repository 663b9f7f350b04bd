import type { OpenAI } from "openai";
import { z } from "zod";
import type { EmbeddingInput } from "../../api/inputs.ts";
import type { EmbeddingResult } from "../../api/results.ts";
import type { ProviderAnswer, ProviderCall } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { readAnswer } from "../read-answer.ts";
import { toCallFacts } from "./to-call-facts.ts";
import { toUsage, VendorUsage } from "./to-usage.ts";
import type { Vendor } from "./vendor.ts";

const EmbeddingAnswer = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).min(1) })),
  usage: VendorUsage,
});
type Vectors = z.infer<typeof EmbeddingAnswer>["data"];

/** One call for all inputs. */
export async function embedding(
  { post }: Vendor,
  { input, model, signal, onUsage }: ProviderCall<"embedding">,
): Promise<ProviderAnswer<"embedding">> {
  const response = await post("/embeddings", toParams(input, model), signal);
  const answer = readAnswer(EmbeddingAnswer, await response.json());
  onUsage?.(toUsage(answer.usage));
  const embeddings = toEmbeddings(answer.data, Array.isArray(input.input) ? input.input.length : 1);
  return {
    result: { embeddings },
    usage: toUsage(answer.usage),
    ...toCallFacts(response),
  };
}

/** Floats, because servers that only speak the protocol know no base64. */
function toParams({ input, dimensions }: EmbeddingInput, model: string): OpenAI.EmbeddingCreateParams {
  return { model, input, dimensions, encoding_format: "float" };
}

/** Throws `unknown` unless there is exactly one vector for each input. */
function toEmbeddings(vectors: Vectors, count: number): EmbeddingResult["embeddings"] {
  const sorted = vectors.toSorted((a, b) => a.index - b.index);
  const isComplete = sorted.length === count && sorted.every(({ index }, position) => index === position);
  if (!isComplete) throw new ProviderError("unknown");
  return sorted.map(({ index, embedding }) => ({ index, values: embedding }));
}
