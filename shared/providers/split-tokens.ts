type OptionalClass = "cacheWriteTokens" | "audioInputTokens" | "imageInputTokens" | OutputClass;
type OutputClass = "reasoningTokens" | "audioOutputTokens" | "imageOutputTokens";

export type SplitTokens<Part extends string> = { rest: number; parts: { [name in Part]?: number } };

/**
 * A vendor's total without the parts it names, which are each no more than what is left of it: the classes stay disjoint
 * and add up to the total whatever a server says. Parts of which there is nothing are left out.
 */
export function splitTokens<Part extends OptionalClass | "cachedInputTokens">(
  total: number | null | undefined,
  named: { [name in Part]?: number | null | undefined },
): SplitTokens<Part> {
  const split: SplitTokens<Part> = { rest: toTokens(total), parts: {} };
  for (const name of Object.keys(named) as Part[]) {
    const part = Math.min(toTokens(named[name]), split.rest);
    if (part > 0) split.parts[name] = part;
    split.rest -= part;
  }
  return split;
}

function toTokens(count: number | null | undefined): number {
  return Number.isFinite(count) ? Math.max(Math.round(count ?? 0), 0) : 0;
}
