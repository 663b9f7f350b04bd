import type { CacheState } from "../api/cache.ts";
import type { EmbeddingInput } from "../api/inputs.ts";
import type { TaskResult } from "../api/results.ts";
import { type Answers, noUsage, type ProviderAnswer, type ProviderCall } from "../providers/provider.ts";
import { embedRest, type Vectors } from "./embed-rest.ts";
import { toReplayPieces } from "./to-replay-pieces.ts";

export type Run = (call: ProviderCall) => Promise<ProviderAnswer>;

export type Recalled = ProviderAnswer & {
  /** Set where the cache gave the answer, or some of it. */
  cache?: Exclude<CacheState, "miss">;
  /** What the answer had cost that the cache gave, where that is known. */
  savedMicros?: number;
};

/** Answers a call from what is known, and makes it for the rest. */
export type Recall = (call: ProviderCall, run: Run) => Promise<Recalled>;

/** Nothing is known. */
export const callAll: Recall = (call, run) => run(call);

/** The whole answer is known: a stream is replayed as one. */
export function recallAll(result: TaskResult, savedMicros?: number): Recall {
  return async ({ onText, onProgress }) => {
    onProgress?.();
    if (onText && "text" in result) for (const piece of toReplayPieces(result.text)) onText(piece);
    // Only results without files are recalled, and these are answers as they are.
    return {
      result: result as Answers[keyof Answers],
      usage: noUsage,
      cache: "hit",
      ...(savedMicros !== undefined && { savedMicros }),
    };
  };
}

/** The vectors of some texts are known. `keep` is given those of the others. */
export function recallVectors(known: Vectors, keep: (fresh: Vectors) => void): Recall {
  return async (call, run) => {
    const input = call.input as EmbeddingInput;
    const ask = (rest: EmbeddingInput) =>
      run({ ...call, input: rest }) as Promise<ProviderAnswer<"embedding">>;
    const { fresh, ...answer } = await embedRest(input, known, ask);
    keep(fresh);
    if (known.size === 0) return answer;
    return { ...answer, cache: fresh.size === 0 ? "hit" : "partial" };
  };
}
