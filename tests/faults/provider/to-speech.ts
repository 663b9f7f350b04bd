import { otherTokens, tokens } from "./sixty-tokens.ts";
import type { Refusal } from "./wire.ts";

/** What a model is about to say, token by token, or why it refuses a beginning it was given. */
export type Speech = { tokens: string[] } | { refusal: Refusal };

/** How many of the words it was given a model says again that repeats the joint. */
const repeated = 3;

/**
 * How a model takes the beginning of an answer: one whose name says `continues` or `repeats` goes on from it, one that says
 * `refuses-prefill` does not take it, and every other takes it for history and begins anew.
 */
export function toSpeech(model: string, prefill: string | undefined): Speech {
  const all = model.includes("-rewords") ? otherTokens : tokens;
  if (prefill === undefined) return { tokens: all };
  if (model.includes("-refuses-prefill")) return { refusal: "prefill" };
  const repeats = model.includes("-repeats");
  if (!repeats && !model.includes("-continues")) return { tokens: all };
  if (prefill !== prefill.trimEnd()) return { refusal: "white space" };
  return { tokens: goOn(all, prefill, repeats ? repeated : 0) };
}

/** The rest after `prefill`, which may end within a token; all of it where the text does not begin so. */
function goOn(all: string[], prefill: string, again: number): string[] {
  if (!all.join("").startsWith(prefill)) return all;
  let length = 0;
  const next = all.findIndex((token) => {
    length += token.length;
    return length > prefill.length;
  });
  if (next < 0) return [];
  const rest = all[next]?.slice((all[next]?.length ?? 0) - (length - prefill.length)) ?? "";
  if (again === 0) return [rest, ...all.slice(next + 1)];
  const from = Math.max(0, next - again);
  return [...all.slice(from, next), all[next] ?? "", ...all.slice(next + 1)];
}
