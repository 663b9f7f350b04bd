import type { EmbeddingInput } from "../api/inputs.ts";
import type { EmbeddingResult } from "../api/results.ts";
import { noUsage, type ProviderAnswer } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";

/** Vectors by the text they belong to. */
export type Vectors = ReadonlyMap<string, number[]>;

/** The texts of an input, in order. */
export function textsOf({ input }: EmbeddingInput): string[] {
  return typeof input === "string" ? [input] : input;
}

/** One vector for each text, in order; `undefined` unless all are known. */
export function assemble(texts: string[], vectors: Vectors): EmbeddingResult | undefined {
  const embeddings = texts.flatMap((text, index) => {
    const values = vectors.get(text);
    return values ? [{ index, values }] : [];
  });
  return embeddings.length === texts.length ? { embeddings } : undefined;
}

export type Embedded = ProviderAnswer<"embedding"> & {
  /** What was called for. */
  fresh: Vectors;
};

/**
 * Answers an embedding from what is known and one call for the rest, each text once; none where nothing is left to ask.
 * The usage is the call's.
 */
export async function embedRest(
  input: EmbeddingInput,
  known: Vectors,
  call: (input: EmbeddingInput) => Promise<ProviderAnswer<"embedding">>,
): Promise<Embedded> {
  const texts = textsOf(input);
  const rest = [...new Set(texts)].filter((text) => !known.has(text));
  const answer = rest.length === 0 ? undefined : await call({ ...input, input: rest });
  const fresh = new Map(answer ? toVectors(rest, answer.result) : []);
  const result = assemble(texts, new Map([...known, ...fresh]));
  // A vendor that leaves one out has not answered.
  if (!result) throw new ProviderError("unknown");
  return { usage: noUsage, ...answer, result, fresh };
}

function toVectors(texts: string[], { embeddings }: EmbeddingResult): [string, number[]][] {
  return embeddings.flatMap(({ index, values }) => {
    const text = texts[index];
    return text === undefined ? [] : [[text, values] satisfies [string, number[]]];
  });
}
