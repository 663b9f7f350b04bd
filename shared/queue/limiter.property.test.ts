import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Rate } from "../config/rate.ts";
import {
  emptyLimiter,
  type LimiterState,
  longestLifeMs,
  longestLog,
  permitLifeMs,
  permitsAt,
  spendPermits,
} from "./limiter.ts";

const periods = fc.integer({ min: 100, max: 20_000 });
const smallRates = fc.record({ count: fc.integer({ min: 1, max: 40 }), periodMs: periods });
const largeRates = fc.record({ count: fc.integer({ min: longestLog + 1, max: 5_000 }), periodMs: periods });
const anyRates = fc.array(fc.oneof({ weight: 4, arbitrary: smallRates }, largeRates), {
  minLength: 1,
  maxLength: 4,
});

const parts = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));

/**
 * A look at the limiter: after how long, for how many calls, how much of its longest life their permit gets and how much of
 * that each takes to start, how far the store's clock has stepped back.
 */
const looks = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(6_000)),
    wanted: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(10_000)),
    life: parts,
    late: fc.array(parts, { minLength: 1, maxLength: 4 }),
    stepBackMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(5_000)),
  }),
  { maxLength: 60, size: "max" },
);

/** The most starts in any half-open window of this length. */
function mostIn(starts: number[], windowMs: number): number {
  const sorted = starts.toSorted((a, b) => a - b);
  let from = 0;
  return sorted.reduce((most, at, index) => {
    while ((sorted[from] ?? at) <= at - windowMs) from++;
    return Math.max(most, index - from + 1);
  }, 0);
}

/** As many as allowed, as soon as they are, up to `untilMs`, by permits of the usual life. */
function drain(rates: Rate[], untilMs: number): number {
  const lifeMs = permitLifeMs(rates);
  let state = emptyLimiter;
  let started = 0;
  for (let now = 0; now < untilMs; ) {
    const { free, nextAt } = permitsAt(state, rates, now);
    if (free < 1 && nextAt <= now) throw new Error(`stuck at ${now}`);
    // The store's clock reads whole milliseconds.
    now = Math.ceil(nextAt);
    if (free < 1) continue;
    state = spendPermits(state, rates, { now, startBy: now + lifeMs }, free);
    started += free;
  }
  return started;
}

/** Looks, and takes what is wanted and free, at each. */
function use(
  rates: Rate[],
  all: { waitMs: number; wanted: number; life: number }[],
  look: (state: LimiterState, now: number, starts: number[]) => void,
): void {
  let state = emptyLimiter;
  let now = 1_000_000;
  const starts: number[] = [];
  for (const { waitMs, wanted, life } of all) {
    now += waitMs;
    look(state, now, starts);
    const taken = Math.min(wanted, permitsAt(state, rates, now).free);
    const startBy = now + Math.ceil(life * longestLifeMs(rates));
    state = spendPermits(state, rates, { now, startBy }, taken);
    // The log keeps its order: one that may start sooner than an earlier one counts as that one does.
    starts.push(...Array<number>(taken).fill(Math.max(startBy, starts.at(-1) ?? 0)));
  }
}

describe("limiter under random use", () => {
  it("starts no more than any of several rates allows, in any real window, however late and by whatever clock", () => {
    const property = fc.property(anyRates, looks, (rates, all) => {
      let state = emptyLimiter;
      let realMs = 1_000_000;
      let behindMs = 0;
      const starts: number[] = [];
      for (const { waitMs, wanted, life, late, stepBackMs } of all) {
        realMs += waitMs;
        behindMs += stepBackMs;
        const now = realMs - behindMs;
        const lifeMs = Math.ceil(life * longestLifeMs(rates));
        const taken = Math.min(wanted, permitsAt(state, rates, now).free);
        if (taken < 1) continue;
        state = spendPermits(state, rates, { now, startBy: now + lifeMs }, taken);
        for (let call = 0; call < taken; call++)
          starts.push(realMs + (late[call % late.length] ?? 0) * lifeMs);
      }
      for (const rate of rates) expect(mostIn(starts, rate.periodMs)).toBeLessThanOrEqual(rate.count);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it("keeps a window in which late calls of a backlog meet early ones", () => {
    const property = fc.property(fc.oneof(smallRates, largeRates), parts, (rate, part) => {
      const lifeMs = longestLifeMs([rate]);
      const turnMs = rate.periodMs * (1 + part);
      let state = emptyLimiter;
      const starts: number[] = [];
      for (let now = 0; now < 3 * rate.periodMs; ) {
        const { free, nextAt } = permitsAt(state, [rate], now);
        state = spendPermits(state, [rate], { now, startBy: now + lifeMs }, free);
        starts.push(...Array<number>(free).fill(now < turnMs ? now + lifeMs : now));
        now = free > 0 ? now + 1 : Math.ceil(nextAt);
      }
      expect(mostIn(starts, rate.periodMs)).toBeLessThanOrEqual(rate.count);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("promises no permit too early and none too late", () => {
    const property = fc.property(anyRates, looks, (rates, all) => {
      // GCRA forgives a thousandth of an interval: it may name a millisecond that is one too late.
      const toleranceMs = rates.some(({ count }) => count > longestLog) ? 2 : 1;
      use(rates, all, (state, now) => {
        const { free, nextAt } = permitsAt(state, rates, now);
        const readable = Math.ceil(nextAt);
        expect(permitsAt(state, rates, readable).free).toBeGreaterThanOrEqual(1);
        if (free > 0) return expect(nextAt).toBe(now);
        expect(permitsAt(state, rates, readable - toleranceMs).free).toBe(0);
      });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("uses at least 99 % of what the widened window of a rate allows while there is a backlog", () => {
    const property = fc.property(smallRates, (rate) => {
      const windows = 20;
      const widenedMs = rate.periodMs + permitLifeMs([rate]);
      expect(drain([rate], windows * widenedMs)).toBeGreaterThanOrEqual(0.99 * windows * rate.count);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("uses at least 99 % of what a rate above a thousand allows in a window widened by the longest life", () => {
    const property = fc.property(largeRates, (rate) => {
      const windows = 5;
      const widenedMs = rate.periodMs + longestLifeMs([rate]);
      expect(drain([rate], windows * widenedMs)).toBeGreaterThanOrEqual(0.99 * windows * rate.count);
    });
    fc.assert(property, { numRuns: 25 });
  });

  it("allows what no rate forbids: one call more would break a window", () => {
    const several = fc.array(smallRates, { minLength: 1, maxLength: 4 });
    const property = fc.property(several, looks, (rates, all) => {
      use(rates, all, (state, now, starts) => {
        const tooMany = permitsAt(state, rates, now).free + 1;
        const counted = ({ periodMs }: Rate) => starts.filter((start) => start > now - periodMs).length;
        expect(rates.some((rate) => counted(rate) + tooMany > rate.count)).toBe(true);
      });
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("goes on the same after its state has been through JSON", () => {
    const property = fc.property(anyRates, looks, (rates, all) => {
      use(rates, all, (state, now) => {
        const stored: LimiterState = JSON.parse(JSON.stringify(state));
        expect(permitsAt(stored, rates, now)).toEqual(permitsAt(state, rates, now));
      });
    });
    fc.assert(property, { numRuns: 100 });
  });
});
