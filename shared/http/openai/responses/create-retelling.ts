import type { Attempt } from "../../../api/task.ts";
import { createAligner } from "../create-aligner.ts";

/** Tells a task's text again as a stream of it has told it, from what is kept of each attempt. */
export type Retelling = {
  /** The next piece of an attempt's own text. Gives what follows on what was told before. */
  add(attempt: number, piece: string): string;
  /** An attempt has ended. Gives the same; `undefined` where a reader may have had what is not kept of it. */
  end(attempt: Pick<Attempt, "n" | "outcome" | "continues" | "outputPages">): string | undefined;
  /** The whole text that stands. Gives what is left, `undefined` where it does not go on from what was told. */
  finish(whole: string): string | undefined;
};

export type RetellingOptions = {
  /** As for `createAligner`. */
  mayJoin: boolean;
  /** An attempt may go on from another's text. */
  mayContinue: boolean;
  /** How much of the text the reader has had. */
  read: number;
};

/**
 * A reader who has had more than is kept of a broken attempt has had something else than what comes next, as far as anybody
 * knows. Of an attempt after the first it is known at its end whether its text begins with another's.
 */
export function createRetelling({ mayJoin, mayContinue, read }: RetellingOptions): Retelling {
  const aligner = createAligner({ mayJoin });
  const texts = new Map<number, string>();
  const held = new Set<number>();
  let told = 0;
  let ended = 0;

  function tell(text: string): string {
    told += text.length;
    return text;
  }

  return {
    add(attempt, piece) {
      const own = texts.get(attempt) ?? "";
      texts.set(attempt, own + piece);
      if (mayContinue && texts.size > 1) held.add(attempt);
      return held.has(attempt) ? "" : tell(aligner.add(attempt, piece));
    },
    end({ n, outcome, continues = 0, outputPages }) {
      const isWhole = outcome === "succeeded" || outputPages !== undefined;
      const isNext = n === ended + 1;
      ended = n;
      if (told < read && !(isWhole && isNext)) return undefined;
      if (!held.delete(n)) return "";
      const text = (texts.get(continues) ?? "") + (texts.get(n) ?? "");
      texts.set(n, text);
      return tell(aligner.add(n, text));
    },
    finish(whole) {
      const rest = aligner.finish(whole);
      return rest === undefined ? undefined : tell(rest);
    },
  };
}
