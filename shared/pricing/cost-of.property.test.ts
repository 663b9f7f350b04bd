import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelPrice } from "../api/model-price.ts";
import type { Usage } from "../api/task.ts";
import { addUsage } from "../api/usage.ts";
import { costOf } from "./cost-of.ts";

const classes = [
  ["inputTokens", "inputMicros"],
  ["cachedInputTokens", "cachedInputMicros"],
  ["cacheWriteTokens", "cacheWriteMicros"],
  ["audioInputTokens", "audioInputMicros"],
  ["imageInputTokens", "imageInputMicros"],
  ["outputTokens", "outputMicros"],
  ["reasoningTokens", "reasoningMicros"],
  ["audioOutputTokens", "audioOutputMicros"],
  ["imageOutputTokens", "imageOutputMicros"],
  ["images", "imageMicros"],
  ["seconds", "secondMicros"],
  ["characters", "characterMicros"],
] as const satisfies [keyof Usage, keyof ModelPrice][];

const anyUsage = fc.record(
  Object.fromEntries(classes.map(([name]) => [name, fc.nat(3_000_000)])),
) as unknown as fc.Arbitrary<Usage>;
const micros = fc.nat(200_000_000);
const wholePrice: fc.Arbitrary<ModelPrice> = fc.record(
  Object.fromEntries([...classes.map(([, name]) => [name, micros]), ["requestMicros", fc.constant(0)]]),
);
const anyPrice: fc.Arbitrary<ModelPrice> = fc.record(
  Object.fromEntries(classes.map(([, name]) => [name, micros])),
  { requiredKeys: [] },
);

describe("what a call costs", () => {
  it("is the exact sum, rounded once", () => {
    fc.assert(
      fc.property(anyUsage, wholePrice, (usage, price) => {
        let exact = 0n;
        for (const [count, name] of classes) {
          const unit = name === "imageMicros" || name === "secondMicros" ? 1_000_000n : 1n;
          exact += BigInt(usage[count] ?? 0) * BigInt(price[name] ?? 0) * unit;
        }
        const { micros: cost, known } = costOf(usage, price);
        expect(known).toBe(true);
        const error = BigInt(cost) * 1_000_000n - exact;
        expect(error > -500_000n && error <= 500_000n).toBe(true);
      }),
    );
  });

  it("adds up, but for the rounding of each call", () => {
    fc.assert(
      fc.property(anyUsage, anyUsage, wholePrice, (a, b, price) => {
        const apart = costOf(a, price).micros + costOf(b, price).micros;
        expect(Math.abs(costOf(addUsage(a, b), price).micros - apart)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("never falls when more is used", () => {
    fc.assert(
      fc.property(anyUsage, anyUsage, anyPrice, (usage, more, price) => {
        const before = costOf(usage, price);
        expect(costOf(addUsage(usage, more), price).micros).toBeGreaterThanOrEqual(before.micros);
      }),
    );
  });

  it("is a whole number that is not negative, whatever is counted", () => {
    const nonsense = fc.oneof(fc.double(), fc.integer(), fc.constant(undefined));
    const usage = fc.record(Object.fromEntries(classes.map(([name]) => [name, nonsense])));
    fc.assert(
      fc.property(usage, anyPrice, (counts, price) => {
        const cost = costOf(counts as unknown as Usage, price).micros;
        expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true);
      }),
    );
  });

  it("is not known exactly where something was used that has no price", () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, (usage, price) => {
        const priceless = classes.some(([count, name]) => {
          const isPriced =
            price[name] !== undefined || (count === "reasoningTokens" && price.outputMicros !== undefined);
          return (usage[count] ?? 0) > 0 && !isPriced;
        });
        expect(costOf(usage, price).known).toBe(!priceless);
      }),
    );
  });
});
