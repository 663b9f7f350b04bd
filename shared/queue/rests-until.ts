import { toPresent } from "./breaker.ts";
import type { QueueDocument } from "./queue-document.ts";

/** A provider that asks for a longer silence is left for another one, where there is one. */
export const shortWaitMs = 5_000;

/**
 * Until when who can go elsewhere should: while the breaker is open, or the provider has asked for a silence that is not
 * over soon. `undefined` when that is not so at `now`, by the store's clock. Pure.
 */
export function restsUntil(
  { breaker, retryAfterUntil }: Pick<QueueDocument, "breaker" | "retryAfterUntil">,
  now: number,
): number | undefined {
  const { state, openUntil } = toPresent(breaker, now);
  const until = Math.max(state === "open" ? openUntil : 0, retryAfterUntil - shortWaitMs);
  return until > now ? until : undefined;
}
