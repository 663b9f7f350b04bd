import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Rate, toRate } from "../config/rate.ts";
import { emptyLimiter, type LimiterState, permitLifeMs, permitsAt, spendPermits } from "./limiter.ts";

const rate = (text: string): Rate => toRate(text) ?? { count: 0, periodMs: 0 };

/** Claims as many as allowed, one at a time, whenever something is free, for as long as `untilMs`. */
function drain(rates: Rate[], untilMs: number): number[] {
  const starts: number[] = [];
  let state = emptyLimiter;
  for (let now = 0; now < untilMs; ) {
    const { free, nextAt } = permitsAt(state, rates, now);
    if (free < 1) {
      now = nextAt;
      continue;
    }
    state = spendPermits(state, rates, { now, startBy: now + permitLifeMs(rates) }, 1);
    starts.push(now);
  }
  return starts;
}

/** The most starts in any half-open window. */
function mostIn(starts: number[], windowMs: number): number {
  const sorted = starts.toSorted((a, b) => a - b);
  let from = 0;
  let most = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[from] ?? at) <= at - windowMs) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

describe("limiter", () => {
  it.each([
    ["60/min", 60],
    ["50/hour", 50],
    ["10/s", 10],
    ["10/2s", 10],
  ])("starts exactly the calls of %s in a window, then none until it has passed", (text, count) => {
    const limit = rate(text);
    const widened = limit.periodMs + permitLifeMs([limit]);
    const starts = drain([limit], widened);
    expect(starts).toHaveLength(count);
    expect(drain([limit], widened + 1)[count]).toBe(widened);
  });

  it("keeps the count of calls in any window, also with a late start of each within its permit's life", () => {
    fc.assert(
      fc.property(
        fc.record({ count: fc.integer({ min: 1, max: 12 }), periodMs: fc.integer({ min: 100, max: 5_000 }) }),
        fc.array(
          fc.record({ waitMs: fc.nat(900), wanted: fc.integer({ min: 1, max: 8 }), late: fc.nat(100) }),
          {
            maxLength: 60,
          },
        ),
        (limit, looks) => {
          let state: LimiterState = emptyLimiter;
          let now = 0;
          const started: number[] = [];
          for (const { waitMs, wanted, late } of looks) {
            now += waitMs;
            const taken = Math.min(wanted, permitsAt(state, [limit], now).free);
            if (taken < 1) continue;
            state = spendPermits(state, [limit], { now, startBy: now + permitLifeMs([limit]) }, taken);
            const delayMs = (permitLifeMs([limit]) * late) / 100;
            started.push(...Array<number>(taken).fill(now + delayMs));
          }
          expect(mostIn(started, limit.periodMs)).toBeLessThanOrEqual(limit.count);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps a rate above a thousand by GCRA: at most the count in any window, and nearly all of it used", () => {
    const limit = rate("2000/s");
    const starts = drain([limit], 5_000);
    expect(mostIn(starts, 1_000)).toBeLessThanOrEqual(2_000);
    expect(starts.length).toBeGreaterThan(0.99 * 5 * 2_000 * (1_000 / 1_400));
    expect(spendPermits(emptyLimiter, [limit], { now: 0, startBy: 0 }, 5).starts).toEqual([]);
  });

  it("keeps all of several rates at once", () => {
    const starts = drain([rate("5/s"), rate("20/min")], 180_000);
    expect(mostIn(starts, 1_000)).toBe(5);
    expect(mostIn(starts, 60_000)).toBe(20);
  });

  it("allows everything where there is no rate, and keeps no log", () => {
    expect(permitsAt(emptyLimiter, [], 7)).toEqual({ free: Number.POSITIVE_INFINITY, nextAt: 7 });
    expect(spendPermits(emptyLimiter, [], { now: 7, startBy: 8 }, 3)).toEqual(emptyLimiter);
  });

  it("keeps no more of the log than its rates ask for", () => {
    let state = emptyLimiter;
    for (let now = 0; now < 100_000; now += 1_000)
      state = spendPermits(state, [rate("3/s")], { now, startBy: now }, 1);
    expect(state.starts.length).toBeLessThanOrEqual(3);
  });

  it("stays safe when the clock steps back", () => {
    const limit = rate("2/s");
    const at = (now: number) => ({ now, startBy: now });
    const state = spendPermits(emptyLimiter, [limit], at(10_000), 2);
    expect(permitsAt(state, [limit], 9_000).free).toBe(0);
    const later = spendPermits(spendPermits(emptyLimiter, [limit], at(10_000), 1), [limit], at(9_500), 1);
    expect(later.starts).toEqual([10_000, 10_000]);
  });
});
