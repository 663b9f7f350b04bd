import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyReports, type Report } from "./apply-reports.ts";
import { emptyQueue, type Queue, type QueueDocument } from "./queue-document.ts";
import { roomAt } from "./room.ts";
import { spendTokens, tokensFree } from "./token-window.ts";

const now = 1_700_000_000_000;
const moment = { now, elapsed: 50_000 };
const tokens = { count: 10_000, periodMs: 60_000 };
const queue: Queue = {
  id: "main",
  limits: { tokens, concurrency: 8 },
  breaker: { failures: 3, successes: 2, openMs: 60_000, probes: 1 },
  longestCallMs: 300_000,
};
const claims = ["a:1", "b:1", "c:1", "d:2", "e:1", "f:3"];
const estimate = 1_000;

const reports: fc.Arbitrary<Report> = fc.record(
  {
    claim: fc.constantFrom(...claims, "unknown:1"),
    isTold: fc.boolean(),
    health: fc.constantFrom("good" as const, "bad" as const, "unknown" as const),
    endedAt: fc.integer({ min: 0, max: moment.elapsed }),
    tokensOver: fc.integer({ min: -estimate, max: 3_000 }),
    quietMs: fc.nat(120_000),
    tokensLeft: fc.record({
      tokens: fc.nat(5_000),
      forMs: fc.integer({ min: 1, max: 60_000 }),
      isScarce: fc.boolean(),
    }),
  },
  { requiredKeys: ["claim", "isTold", "health", "endedAt", "tokensOver"] },
);
const oneOfEach = fc.uniqueArray(reports, { selector: ({ claim }) => claim, maxLength: 7 });

/** A queue all of whose claims were made a moment ago, each charged with its estimate. */
function inUse(): QueueDocument {
  const startBys = claims.map((_, index) => now - 1_000 * (index + 1));
  const inFlight = { claims, startBys };
  const window = startBys.reduce(
    (sum, at) => spendTokens(sum, tokens, estimate, { now: at, startBy: at }),
    emptyQueue.tokens,
  );
  return { ...emptyQueue, inFlight, tokens: window };
}

const later = (ms: number) => ({ now: now + ms, elapsed: moment.elapsed + ms });
const isKnown = ({ claim }: Report) => claims.includes(claim);
const withoutWords = ({ tokensLeft: _, ...report }: Report): Report => report;

describe("applyReports for any reports", () => {
  it("gives back the places of the claims it was told of, and no others", () => {
    const property = fc.property(oneOfEach, (all) => {
      const after = applyReports(inUse(), all, queue, moment);
      const told = new Set(all.map(({ claim }) => claim));
      expect(after.inFlight.claims).toEqual(claims.filter((claim) => !told.has(claim)));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("charges each call what it has used", () => {
    const property = fc.property(oneOfEach, (all) => {
      const after = applyReports(inUse(), all.map(withoutWords), queue, moment);
      const over = all.filter(isKnown).reduce((sum, { tokensOver }) => sum + tokensOver, 0);
      expect(tokensFree(after.tokens, tokens, now)).toBe(tokens.count - claims.length * estimate - over);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("takes each report once, however often it is told, and none of a claim it does not know", () => {
    const property = fc.property(oneOfEach, fc.array(fc.nat(6)), fc.nat(10_000), (all, again, laterMs) => {
      const repeated = again.flatMap((index) => all[index] ?? []);
      const once = applyReports(inUse(), all.filter(isKnown), queue, moment);
      expect(applyReports(inUse(), [...all, ...repeated], queue, moment)).toEqual(once);
      const after = applyReports(once, repeated, queue, later(laterMs));
      expect(after).toEqual(applyReports(once, [], queue, later(laterMs)));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("remembers the claims whose end nobody has been told of", () => {
    const property = fc.property(oneOfEach, (all) => {
      const { unconfirmed = {} } = applyReports(inUse(), all, queue, moment);
      const untold = all.filter((report) => isKnown(report) && !report.isTold).map(({ claim }) => claim);
      expect(Object.keys(unconfirmed).toSorted()).toEqual(untold.toSorted());
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("keeps quiet for as long as anybody asked, and never for shorter than before", () => {
    const property = fc.property(oneOfEach, fc.nat(90_000), (all, beforeMs) => {
      const before = { ...inUse(), retryAfterUntil: now + beforeMs };
      const { retryAfterUntil } = applyReports(before, all, queue, moment);
      const longestMs = Math.max(beforeMs, ...all.filter(isKnown).map(({ quietMs = 0 }) => quietMs));
      expect(retryAfterUntil).toBe(now + longestMs);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("comes to the same in one go or in several, and in any order of what commutes", () => {
    const property = fc.property(oneOfEach, fc.nat(7), (all, cut) => {
      const whole = applyReports(inUse(), all, queue, moment);
      const first = applyReports(inUse(), all.slice(0, cut), queue, moment);
      expect(applyReports(first, all.slice(cut), queue, moment)).toEqual(whole);
      const backwards = applyReports(inUse(), all.toReversed(), queue, moment);
      expect(backwards.inFlight).toEqual(whole.inFlight);
      expect(backwards.retryAfterUntil).toBe(whole.retryAfterUntil);
      expect(backwards.tokens.slots).toEqual(whole.tokens.slots);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("changes nothing of the state it was given, nor what nobody reported of", () => {
    const property = fc.property(oneOfEach, (all) => {
      const before = { ...inUse(), paused: true, mark: "m", limiter: { starts: [1], arrivals: {} } };
      const copy = structuredClone(before);
      const { paused, mark, limiter } = applyReports(before, all, queue, moment);
      expect(before).toEqual(copy);
      expect({ paused, mark, limiter }).toEqual({ paused: true, mark: "m", limiter: before.limiter });
    });
    fc.assert(property);
  });

  it("never makes room while a provider is to be left alone", () => {
    const property = fc.property(oneOfEach, (all) => {
      const after = applyReports(inUse(), all, queue, moment);
      const room = roomAt(after, queue, now);
      const isQuiet = all.filter(isKnown).some(({ quietMs = 0 }) => quietMs > 0);
      if (isQuiet || after.breaker.state === "open") expect(room.count).toBe(0);
      else expect(room.count).toBe(8 - after.inFlight.claims.length);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
