import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Rate } from "../config/rate.ts";
import { longestLifeMs } from "./limiter.ts";
import {
  correctTokens,
  emptyTokenWindow,
  spendTokens,
  type TokenWindow,
  tightenTokens,
  toCharge,
  tokensFree,
  tokensFreeAt,
} from "./token-window.ts";

const rates = fc.record({
  count: fc.integer({ min: 10, max: 100_000 }),
  periodMs: fc.oneof(fc.integer({ min: 100, max: 5_000 }), fc.constantFrom(60_000, 3_600_000)),
});
const parts = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));

/**
 * A claim: after which part of the period, for which part of the rate, how much of the longest life its permit gets, and how
 * much of that the call takes to start.
 */
const claims = fc.array(
  fc.record({
    // Just before, at and after the end of a window, and just before the end of a slot after it.
    wait: fc.oneof(
      fc.constantFrom(0, 0, 0.016, 0.985, 0.995, 1, 1.01),
      fc.double({ min: 0, max: 1.2, noNaN: true }),
    ),
    part: fc.oneof(fc.constantFrom(0.5, 1), fc.double({ min: 0, max: 1.3, noNaN: true })),
    life: parts,
    late: parts,
  }),
  { maxLength: 60, size: "max" },
);

type Claim = { wait: number; part: number; life: number; late: number };
/** A call: when it was let through, until when it may start, when it does, and its tokens. */
type Spent = { claimedAt: number; startBy: number; startedAt: number; tokens: number };
type Walk = { window: TokenWindow; now: number; spent: Spent[] };

const slotMs = ({ periodMs }: Rate) => Math.ceil(periodMs / 60);

/** Claims whatever fits, one after the other, and calls `look` before each. */
function walk(rate: Rate, all: Claim[], look: (walk: Walk, charge: number) => void = () => undefined): Walk {
  const state: Walk = { window: emptyTokenWindow, now: 1_700_000_000_000, spent: [] };
  for (const { wait, part, life, late } of all) {
    state.now += Math.round(wait * rate.periodMs);
    const charge = toCharge(Math.round(part * rate.count), rate);
    look(state, charge);
    if (charge > tokensFree(state.window, rate, state.now)) continue;
    const startBy = state.now + Math.round(life * longestLifeMs([rate]));
    const startedAt = state.now + late * (startBy - state.now);
    state.window = spendTokens(state.window, rate, charge, { now: state.now, startBy });
    state.spent.push({ claimedAt: state.now, startBy, startedAt, tokens: charge });
  }
  return state;
}

function mostIn(spent: Spent[], windowMs: number): number {
  const sums = spent.map(({ startedAt: end }) =>
    spent
      .filter(({ startedAt: at }) => at > end - windowMs && at <= end)
      .reduce((sum, { tokens }) => sum + tokens, 0),
  );
  return Math.max(0, ...sums);
}

describe("token window under random use", () => {
  it("lets no more tokens through in any window than the rate allows, while estimates are true", () => {
    const property = fc.property(rates, claims, (rate, all) => {
      expect(mostIn(walk(rate, all).spent, rate.periodMs)).toBeLessThanOrEqual(rate.count);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("names the time at which tokens are free, never early and never late by more than a slot", () => {
    const property = fc.property(rates, claims, (rate, all) => {
      walk(rate, all, ({ window, now, spent }, charge) => {
        const at = tokensFreeAt(window, rate, charge, now);
        expect(tokensFree(window, rate, at)).toBeGreaterThanOrEqual(charge);
        if (at === now) return;
        const slotBefore = at - slotMs(rate) - 1;
        const stillCounted = spent.filter((one) => one.startBy > slotBefore - rate.periodMs);
        const sum = stillCounted.reduce((total, { tokens }) => total + tokens, 0);
        expect(sum + charge).toBeGreaterThan(rate.count);
      });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("gives every task its turn: what may need more than a whole window fits an empty one", () => {
    fc.assert(
      fc.property(rates, fc.nat(10_000_000), (rate, estimate) => {
        expect(toCharge(estimate, rate)).toBeLessThanOrEqual(tokensFree(emptyTokenWindow, rate, 0));
      }),
    );
  });

  it("counts a corrected call as if the truth had been known when it was let through", () => {
    const property = fc.property(
      rates,
      claims,
      fc.array(fc.record({ which: fc.nat(59), truth: fc.double({ min: 0, max: 2, noNaN: true }) })),
      (rate, all, corrections) => {
        const { window, now, spent } = walk(rate, all);
        const truths = spent.map(({ tokens }) => tokens);
        let corrected = window;
        for (const { which, truth } of corrections) {
          const call = spent[which];
          if (!call) continue;
          const tokens = Math.round(truth * call.tokens);
          corrected = correctTokens(corrected, rate, tokens - (truths[which] ?? 0), call.startBy);
          truths[which] = tokens;
        }
        const known = spent.reduce(
          (sum, { claimedAt, startBy }, index) =>
            spendTokens(sum, rate, truths[index] ?? 0, { now: claimedAt, startBy }),
          emptyTokenWindow,
        );
        expect(tokensFree(corrected, rate, now)).toBe(tokensFree(known, rate, now));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("never lets more through than the provider last said is left, until it said that it is renewed", () => {
    const word = fc.record({ tokens: fc.nat(50_000), forMs: fc.integer({ min: 1, max: 60_000 }) });
    const property = fc.property(rates, claims, word, (rate, all, { tokens, forMs }) => {
      const start = walk(rate, all);
      const until = start.now + forMs;
      let window = tightenTokens(start.window, { tokens, until }, start.now);
      let left = tokens;
      for (const { wait, part } of all) {
        const now = start.now + Math.round(wait * forMs);
        if (now >= until) continue;
        const free = tokensFree(window, rate, now);
        expect(free).toBeLessThanOrEqual(Math.max(left, 0));
        const charge = Math.min(Math.round(part * rate.count), free);
        if (charge <= 0) continue;
        window = spendTokens(window, rate, charge, { now, startBy: now });
        left -= charge;
      }
      expect(tokensFree(window, rate, until)).toBe(tokensFree({ slots: window.slots }, rate, until));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("keeps every word of the provider until its own end, the lower where two hold", () => {
    const words = fc.array(
      fc.record({ waitMs: fc.nat(5_000), tokens: fc.nat(1_000), forMs: fc.integer({ min: 1, max: 20_000 }) }),
      { minLength: 1, maxLength: 6 },
    );
    const property = fc.property(words, fc.nat(20_000), (all, laterMs) => {
      let now = 0;
      let window = emptyTokenWindow;
      const told: { tokens: number; until: number }[] = [];
      for (const { waitMs, tokens, forMs } of all) {
        now += waitMs;
        window = tightenTokens(window, { tokens, until: now + forMs }, now);
        told.push({ tokens, until: now + forMs });
      }
      const holding = told.filter(({ until }) => until > now + laterMs).map(({ tokens }) => tokens);
      const lowest = Math.min(Number.POSITIVE_INFINITY, ...holding);
      expect(tokensFree(window, undefined, now + laterMs)).toBeLessThanOrEqual(lowest);
      const end = Math.max(...told.map(({ until }) => until));
      expect(tokensFree(window, undefined, end)).toBe(Number.POSITIVE_INFINITY);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("forgets what was let through under another rate once that is out of the window, and not before", () => {
    const periods = fc.integer({ min: 1_000, max: 3_600_000 });
    const property = fc.property(periods, periods, fc.nat(10_000), (before, after, spent) => {
      const at = 1_700_000_000_000;
      const [old, changed] = [before, after].map((periodMs) => ({ count: 10_000, periodMs }));
      if (!old || !changed) return;
      const window = spendTokens(emptyTokenWindow, old, spent, { now: at, startBy: at });
      expect(tokensFree(window, changed, at)).toBe(10_000 - spent);
      const slotsMs = (before + after) / 60 + 2;
      expect(tokensFree(window, changed, at + after + slotsMs)).toBe(10_000);
    });
    fc.assert(property);
  });
});
