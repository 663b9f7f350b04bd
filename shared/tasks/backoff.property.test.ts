import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

const configs = fc.record({
  attempts: fc.integer({ min: 1, max: 20 }),
  baseMs: fc.integer({ min: 1, max: 60_000 }),
  maxMs: fc.integer({ min: 1, max: 3_600_000 }),
});
const failures = fc.integer({ min: 1, max: 100_000 });
const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const almostOne = 1 - Number.EPSILON;

describe("backoffMs for any configuration", () => {
  it("waits whole milliseconds from nothing to below baseMs · 2^(failures-1), and below maxMs", () => {
    const property = fc.property(configs, failures, chances, (config, count, chance) => {
      const waitMs = backoffMs(count, config, () => chance);
      expect(Number.isSafeInteger(waitMs)).toBe(true);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThan(Math.min(config.maxMs, config.baseMs * 2 ** (count - 1)));
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it("is never shorter after one failure more, for the same throw of the dice", () => {
    const property = fc.property(configs, failures, chances, (config, count, chance) => {
      const [before, after] = [count, count + 1].map((each) => backoffMs(each, config, () => chance));
      expect(after).toBeGreaterThanOrEqual(before ?? 0);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it("spreads over the whole range: nothing at the lowest throw, all but the ceiling at the highest", () => {
    const property = fc.property(configs, failures, (config, count) => {
      const ceiling = Math.min(config.maxMs, config.baseMs * 2 ** (count - 1));
      expect(backoffMs(count, config, () => 0)).toBe(0);
      expect(backoffMs(count, config, () => almostOne)).toBe(ceiling - 1);
    });
    fc.assert(property);
  });

  it("waits half of the ceiling on average", () => {
    const config = { attempts: 3, baseMs: 1_000, maxMs: 60_000 };
    const throws = Array.from({ length: 1_000 }, (_, index) => (index + 0.5) / 1_000);
    const sum = throws.reduce((total, chance) => total + backoffMs(4, config, () => chance), 0);
    expect(sum / throws.length).toBeCloseTo(4_000, -1);
  });
});
