import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Buckets, fromBucket, toBucket, toQuantile } from "./latency-buckets.ts";

const duration = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 3_000_000 }),
  fc.integer({ min: 0, max: 2 ** 45 }),
);

function toBuckets(durations: number[]): Buckets {
  const buckets: Buckets = {};
  for (const ms of durations) buckets[toBucket(ms)] = (buckets[toBucket(ms)] ?? 0) + 1;
  return buckets;
}

/** Nearest rank: the smallest duration that at least this share does not exceed. */
function exactQuantile(durations: number[], share: number): number {
  const sorted = durations.toSorted((one, other) => one - other);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN;
}

describe("latencies in buckets", () => {
  it("come back at most 5 % off, and 0 as 0", () => {
    fc.assert(
      fc.property(duration, (ms) => {
        expect(Math.abs(fromBucket(toBucket(ms)) - ms)).toBeLessThanOrEqual(ms * 0.05);
      }),
      { numRuns: 20_000 },
    );
  });

  it("give any percentile at most 5 % off", () => {
    const durations = fc.array(duration, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (all, share) => {
        const exact = exactQuantile(all, share);
        const found = toQuantile(toBuckets(all), share) ?? Number.NaN;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.05);
      }),
      { numRuns: 5_000 },
    );
  });

  it("have no percentile where nothing was measured", () => {
    expect(toQuantile({}, 0.5)).toBeUndefined();
  });

  it("take few buckets: all that lasts up to a day fits into 200", () => {
    expect(Number(toBucket(86_400_000))).toBeLessThan(200);
  });
});
