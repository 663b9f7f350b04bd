import { z } from "zod";
import type { ProviderAnswer, ProviderCall } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { readAnswer } from "../read-answer.ts";
import { toUsage } from "./to-usage.ts";
import type { Vendor } from "./vendor.ts";
import { VendorUsage } from "./vendor-response.ts";

const EmbeddingAnswer = z.object({
  embeddings: z.array(z.object({ values: z.array(z.number()) })),
  usageMetadata: VendorUsage,
});

/** One call of batchEmbedContents, whether there are one or many inputs. Most models count no tokens there. */
export async function embedding(
  { client, fetch }: Vendor,
  { input, model, signal, onUsage }: ProviderCall<"embedding">,
): Promise<ProviderAnswer<"embedding">> {
  const inputs = [input.input].flat();
  const { dimensions: outputDimensionality } = input;
  const answer = await client.embedContent({
    model,
    contents: inputs.map((text) => ({ role: "user", parts: [{ text }] })),
    config: { outputDimensionality, abortSignal: signal, httpOptions: { fetch } },
  });
  const { embeddings, usageMetadata } = readAnswer(EmbeddingAnswer, answer);
  onUsage?.(toUsage(usageMetadata));
  if (embeddings.length !== inputs.length) throw new ProviderError("unknown");
  return {
    result: { embeddings: embeddings.map(({ values }, index) => ({ index, values })) },
    usage: toUsage(usageMetadata),
  };
}
