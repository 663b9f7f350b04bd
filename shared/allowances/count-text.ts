import type { ProviderKind } from "../config/conea-config.ts";

/** An upper bound of the tokens of a text: exact where the model's own rule is known. */
export type CountText = (text: string) => number;

type Count = (text: string, options: { disallowedSpecial: Set<string> }) => number;

/** Encodings by the names of OpenAI's models, the first that matches. */
const encodings = [
  {
    names: /^(gpt-4o|chatgpt-4o|gpt-4\.[15]|gpt-5|o1|o3|o4)/,
    load: () => import("gpt-tokenizer/encoding/o200k_base"),
  },
  { names: /^(gpt-4|gpt-3\.5|text-embedding)/, load: () => import("gpt-tokenizer/encoding/cl100k_base") },
];

/** Encoding takes time by the square of an unbroken run: longer ones than this, and longer texts, are counted by bytes. */
const longRun = /[\p{L}\p{M}\p{N}]{200}|\s{200}|[^\s\p{L}\p{M}\p{N}]{200}/u;
const mostLetters = 400_000;

/** By bytes: neither a byte-level encoding nor one that falls back to bytes ever makes more tokens than there are. */
export const countBytes: CountText = (text) => Buffer.byteLength(text);

/** `kind` is the vendor itself; `undefined` for another server that speaks its protocol, whose models may be any. */
export async function openCountText(kind: ProviderKind | undefined, model: string): Promise<CountText> {
  const encoding = kind === "openai" ? encodings.find(({ names }) => names.test(model)) : undefined;
  if (!encoding) return countBytes;
  const { countTokens }: { countTokens: Count } = await encoding.load();
  return (text) =>
    text.length > mostLetters || longRun.test(text)
      ? countBytes(text)
      : countTokens(text, { disallowedSpecial: new Set() });
}
