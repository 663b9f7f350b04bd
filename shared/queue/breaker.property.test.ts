import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BreakerConfig } from "../config/conea-config.ts";
import {
  afterFailure,
  afterSuccess,
  type BreakerState,
  callsAllowed,
  closedBreaker,
  letThrough,
  toPresent,
  withoutProbe,
} from "./breaker.ts";

const configs = fc.record({
  failures: fc.integer({ min: 1, max: 5 }),
  successes: fc.integer({ min: 1, max: 4 }),
  openMs: fc.integer({ min: 100, max: 2_000 }),
  probes: fc.integer({ min: 1, max: 3 }),
});

type Step =
  | { do: "wait"; ms: number }
  | { do: "claim"; wanted: number; forMs: number }
  /** `lateMs`: how long ago the call ended that is told of now. */
  | { do: "end"; which: number; health: "good" | "bad" | "unknown"; lateMs: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("wait" as const), ms: fc.oneof(fc.nat(50), fc.nat(1_500)) }),
    fc.record({
      do: fc.constant("claim" as const),
      wanted: fc.integer({ min: 1, max: 6 }),
      forMs: fc.integer({ min: 1, max: 1_000 }),
    }),
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("end" as const),
        which: fc.nat(20),
        health: fc.constantFrom("good" as const, "bad" as const, "bad" as const, "unknown" as const),
        lateMs: fc.oneof(fc.constant(0), fc.nat(400)),
      }),
    },
  ),
  { maxLength: 80, size: "max" },
);

/** What a breaker is to do, in the words of the promise: the probes under way, and what has been learnt. */
type Reference = {
  state: BreakerState["state"];
  /** What counts towards a row, in the order it was told. */
  ends: { at: number; isGood: boolean }[];
  good: number;
  openUntil: number;
  probes: { id: string; until: number }[];
};

const fresh = (ends: Reference["ends"]): Reference => ({
  state: "closed",
  ends: ends.filter(({ isGood }) => isGood),
  good: 0,
  openUntil: 0,
  probes: [],
});

/** The failures at the end of all that is known, put in the order in which it happened. */
function inRow({ ends }: Reference): number {
  const sorted = ends.toSorted((a, b) => a.at - b.at);
  return sorted.length - 1 - sorted.findLastIndex(({ isGood }) => isGood);
}

function passTime(reference: Reference, now: number): Reference {
  const isOver = reference.state === "open" && now >= reference.openUntil;
  const next: Reference = isOver ? { ...fresh(reference.ends), state: "half_open" } : reference;
  return { ...next, probes: next.probes.filter(({ until }) => until > now) };
}

type Told = { id: string; health: string; at: number };

function learn(
  reference: Reference,
  { id, health, at }: Told,
  config: BreakerConfig,
  now: number,
): Reference {
  const isProbe = reference.probes.some((probe) => probe.id === id);
  const probes = reference.probes.filter((probe) => probe.id !== id);
  const opened: Reference = { ...fresh(reference.ends), state: "open", openUntil: now + config.openMs };
  const isGood = health === "good";
  const ends = health === "unknown" ? reference.ends : [...reference.ends, { at, isGood }];
  if (reference.state === "closed") {
    const next = { ...reference, ends };
    return inRow(next) >= config.failures ? opened : next;
  }
  if (!isProbe) return reference;
  if (health === "bad") return opened;
  if (health === "unknown") return { ...reference, probes };
  return reference.good + 1 === config.successes
    ? fresh(ends)
    : { ...reference, ends, probes, good: reference.good + 1 };
}

function allowed({ state, probes }: Reference, config: BreakerConfig): number {
  if (state === "closed") return Number.POSITIVE_INFINITY;
  return state === "open" ? 0 : config.probes - probes.length;
}

type Seen = { breaker: BreakerState; reference: Reference; now: number };

/** Takes the steps with the breaker and the reference side by side; the breaker lives in JSON, as in its document. */
function run(config: BreakerConfig, all: Step[], look: (seen: Seen) => void): void {
  let [breaker, reference, now, count] = [closedBreaker, fresh([]), 1_000, 0];
  const calls: string[] = [];
  for (const step of all) {
    if (step.do === "wait") now += step.ms;
    reference = passTime(reference, now);
    if (step.do === "claim") {
      const free = Math.min(step.wanted, callsAllowed(breaker, config, now).count);
      const ids = Array.from({ length: free }, () => `task_${count++}:1`);
      breaker = letThrough(breaker, ids, now + step.forMs, now);
      if (reference.state === "half_open")
        reference.probes = [...reference.probes, ...ids.map((id) => ({ id, until: now + step.forMs }))];
      calls.push(...ids);
    }
    const [id] = step.do === "end" ? calls.splice(step.which % Math.max(calls.length, 1), 1) : [];
    if (step.do === "end" && id) {
      const told = { id, health: step.health, at: now - step.lateMs };
      reference = learn(reference, told, config, now);
      breaker = report(toPresent(breaker, now), told, config, now);
    }
    breaker = JSON.parse(JSON.stringify(breaker));
    look({ breaker, reference, now });
  }
}

function report(breaker: BreakerState, { id, health, at }: Told, config: BreakerConfig, now: number) {
  const call = { claim: id, endedAt: at };
  if (health === "good") return afterSuccess(breaker, call, config);
  return health === "bad" ? afterFailure(breaker, call, config, now) : withoutProbe(breaker, id);
}

describe("breaker under random use", () => {
  it("opens, tries again and closes exactly when it promises to, however late it is told, and survives being stored in between", () => {
    const property = fc.property(configs, steps, (config, all) => {
      run(config, all, ({ breaker, reference, now }) => {
        const { state, probes, failedAt } = toPresent(breaker, now);
        expect(state).toBe(reference.state);
        expect(failedAt).toHaveLength(state === "closed" ? inRow(reference) : 0);
        expect(callsAllowed(breaker, config, now).count).toBe(allowed(reference, config));
        expect(Object.keys(probes).toSorted()).toEqual(reference.probes.map(({ id }) => id).toSorted());
      });
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it("says when it will let the next call through: at that time, and not before", () => {
    const property = fc.property(configs, steps, (config, all) => {
      run(config, all, ({ breaker, now }) => {
        const { count, nextAt } = callsAllowed(breaker, config, now);
        if (count > 0) return;
        expect(nextAt).toBeGreaterThan(now);
        if (nextAt === undefined) return;
        expect(callsAllowed(breaker, config, nextAt - 1).count).toBe(0);
        expect(callsAllowed(breaker, config, nextAt).count).toBeGreaterThan(0);
      });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("never keeps a provider out for good: left alone, it lets a call through once its time has passed", () => {
    const property = fc.property(configs, steps, (config, all) => {
      run(config, all, ({ breaker, now }) => {
        const longestMs = Math.max(config.openMs, 1_000);
        expect(callsAllowed(breaker, config, now + longestMs).count).toBeGreaterThan(0);
      });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("keeps its document small: no more than a row of failures and the probes that may be under way", () => {
    const property = fc.property(configs, steps, (config, all) => {
      run(config, all, ({ breaker }) => {
        expect(Object.keys(breaker.probes).length).toBeLessThanOrEqual(config.probes);
        expect(breaker.failedAt.length).toBeLessThan(config.failures);
      });
    });
    fc.assert(property, { numRuns: 500 });
  });
});
