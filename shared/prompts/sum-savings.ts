import type { Saving } from "../api/compression.ts";
import type { ModelPrice } from "../api/model-price.ts";
import type { Usage } from "../api/task.ts";
import { costOf } from "../pricing/cost-of.ts";

/** What one way would have saved with one task; `micros` is absent where a price is not known. */
export type Saved = { tokens: number; micros?: number | undefined };

export function noSaving(): Saving {
  return { tasks: 0, tokens: 0, micros: 0, unpriced: 0 };
}

/** Adds to a sum what was saved with a task, if anything was. */
export function addSaved(sum: Saving, { tokens, micros }: Saved): void {
  if (tokens < 1) return;
  sum.tasks += 1;
  sum.tokens += Math.round(tokens);
  if (micros === undefined) sum.unpriced += 1;
  else sum.micros += micros;
}

/** What a call would have cost less had it read so many tokens less, in proportion of those that came from a cache. */
export function withoutTokens(usage: Usage, tokens: number, price: ModelPrice | undefined): Saved {
  const read = usage.inputTokens + usage.cachedInputTokens;
  const share = read === 0 ? 0 : Math.min(1, tokens / read);
  return {
    tokens,
    micros: difference(usage, price, {
      ...usage,
      inputTokens: Math.round(usage.inputTokens * (1 - share)),
      cachedInputTokens: Math.round(usage.cachedInputTokens * (1 - share)),
    }),
  };
}

/** What a call would have cost less had so many of the tokens that it read anew come from the vendor's cache. */
export function fromCache(usage: Usage, tokens: number, price: ModelPrice | undefined): Saved {
  const moved = Math.round(Math.min(tokens, usage.inputTokens));
  return {
    tokens: moved,
    micros: difference(usage, price, {
      ...usage,
      inputTokens: usage.inputTokens - moved,
      cachedInputTokens: usage.cachedInputTokens + moved,
    }),
  };
}

function difference(usage: Usage, price: ModelPrice | undefined, less: Usage): number | undefined {
  const [before, after] = [costOf(usage, price), costOf(less, price)];
  return before.known && after.known ? Math.max(0, before.micros - after.micros) : undefined;
}
