import { describe, expect, it } from "vitest";
import type { Usage } from "../api/task.ts";
import { noUsage } from "../providers/provider.ts";
import { costOf } from "./cost-of.ts";

const used = (counts: Partial<Usage>): Usage => ({ ...noUsage, ...counts });

describe("what a call costs", () => {
  it("is not known without a price, and never 0 for that", () => {
    expect(costOf(used({ inputTokens: 5 }), undefined)).toEqual({ micros: 0, known: false });
    expect(costOf(noUsage, undefined).known).toBe(false);
    expect(costOf(used({ inputTokens: 1_000_000, outputTokens: 1 }), { inputMicros: 7 })).toEqual({
      micros: 7,
      known: false,
    });
  });

  it("is nothing where nothing is charged", () => {
    expect(costOf(used({ inputTokens: 5, outputTokens: 9 }), { inputMicros: 0, outputMicros: 0 })).toEqual({
      micros: 0,
      known: true,
    });
    expect(costOf(noUsage, { requestMicros: 0 })).toEqual({ micros: 0, known: true });
  });

  it("rounds half up, once for all classes together", () => {
    const price = { inputMicros: 1, cachedInputMicros: 1, outputMicros: 1 };
    expect(costOf(used({ inputTokens: 499_999 }), price).micros).toBe(0);
    expect(costOf(used({ inputTokens: 500_000 }), price).micros).toBe(1);
    const thirds = used({ inputTokens: 400_000, cachedInputTokens: 400_000, outputTokens: 400_000 });
    expect(costOf(thirds, price).micros).toBe(1);
  });

  it("charges per call, image, second and character", () => {
    const price = { requestMicros: 10, imageMicros: 40_000, secondMicros: 75, characterMicros: 15_000_000 };
    expect(costOf(used({ images: 2 }), price).micros).toBe(80_010);
    expect(costOf(used({ seconds: 60 }), price).micros).toBe(4_510);
    expect(costOf(used({ seconds: 1.5 }), price).micros).toBe(10 + 113);
    expect(costOf(used({ characters: 1_000 }), price).micros).toBe(15_010);
  });

  it("takes thoughts at the price of output unless they have their own", () => {
    const thoughts = used({ reasoningTokens: 1_000_000 });
    expect(costOf(thoughts, { outputMicros: 9 }).micros).toBe(9);
    expect(costOf(thoughts, { outputMicros: 9, reasoningMicros: 4 }).micros).toBe(4);
  });

  it("prices the whole call by the long context once more was read than its threshold, from the cache or not", () => {
    const longContext = {
      aboveTokens: 100,
      inputMicros: 20_000_000,
      cachedInputMicros: 0,
      outputMicros: 30_000_000,
    };
    const price = { inputMicros: 10_000_000, cachedInputMicros: 0, outputMicros: 10_000_000, longContext };
    expect(costOf(used({ inputTokens: 100, outputTokens: 1 }), price).micros).toBe(1_010);
    expect(costOf(used({ inputTokens: 100, cachedInputTokens: 1, outputTokens: 1 }), price).micros).toBe(
      2_030,
    );
  });

  it("is not known above a threshold beyond which no price is", () => {
    const price = { inputMicros: 1, longContext: { aboveTokens: 10 } };
    expect(costOf(used({ inputTokens: 10 }), price).known).toBe(true);
    expect(costOf(used({ inputTokens: 11 }), price).known).toBe(false);
  });
});
