import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.ts";
import type { Answer } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";

/** What a process remembers itself, and for how long: another may have renewed the entry since. */
const mostBytes = 32 * 1024 * 1024;
const rememberedMs = 60_000;
/** Beside the result. */
const overheadBytes = 512;

export type NearCache = {
  get(key: CacheKey): Answer | undefined;
  set(key: CacheKey, answer: Answer): void;
};

/** Remembers answers for a minute, the ones used last within a bound of bytes. */
export function createNearCache(clock: Clock, maxSize = mostBytes): NearCache {
  const kept = new LRUCache<CacheKey, { answer: Answer; at: number }>({
    maxSize,
    sizeCalculation: ({ answer }) => toBytes(answer),
  });
  return {
    get(key) {
      const found = kept.get(key);
      if (!found) return undefined;
      if (clock.elapsed() - found.at < rememberedMs) return found.answer;
      kept.delete(key);
      return undefined;
    },
    set(key, answer) {
      kept.set(key, { answer, at: clock.elapsed() });
    },
  };
}

/** About what it takes in memory. A vector is not written out to be measured. */
function toBytes({ result }: Answer): number {
  if ("embeddings" in result) {
    const numbers = result.embeddings.reduce((sum, { values }) => sum + values.length, 0);
    return overheadBytes + 8 * numbers;
  }
  return overheadBytes + 2 * JSON.stringify(result).length;
}
