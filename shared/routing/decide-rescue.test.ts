import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RouteCandidate } from "../api/route.ts";
import { type Decision, decideRescue, type Failure, freshRescue, type RescueState } from "./decide-rescue.ts";

const now = 1_700_000_000_000;
const retry = { attempts: 3, baseMs: 500, maxMs: 60_000 };
const two: RouteCandidate[] = [
  { provider: "one", model: "m", reason: "named", contextTokens: 8_000 },
  { provider: "two", model: "n", reason: "a fallback", contextTokens: 100_000 },
];
const withPrefill: RouteCandidate[] = two.map((one, index) =>
  index === 1 ? { ...one, prefill: true } : one,
);

const failed = (kind: string, change: Partial<Failure> = {}): Failure => ({
  code: `provider_${kind}`,
  retryable: true,
  ...change,
});
const refused = (kind: string, change: Partial<Failure> = {}): Failure =>
  failed(kind, { retryable: false, ...change });

type Question = { candidates?: RouteCandidate[]; at?: number; state?: Partial<RescueState>; random?: number };

function decide(failure: Failure, { candidates = two, at = 0, state = {}, random = 0.5 }: Question = {}) {
  const full = { ...freshRescue, ...state };
  return decideRescue({ candidates, at, state: full, failure, retry, random: () => random, now });
}

/** The decision in a few words: whom, and after how long; or the end. */
const tell = (decision: Decision) =>
  decision.kind === "end" ? "end" : `${decision.at} after ${decision.afterMs}`;

type Row = [row: string, failure: Failure, question: Question, expected: string];

const rows: Row[] = [
  [
    "429 with a short Retry-After waits for it",
    failed("rate_limited", { retryAfterMs: 2_000 }),
    {},
    "0 after 2000",
  ],
  [
    "429 with a long Retry-After goes elsewhere",
    failed("rate_limited", { retryAfterMs: 60_000 }),
    {},
    "1 after 0",
  ],
  [
    "429 of a fallback comes back to the first no sooner than that one asked for",
    failed("rate_limited"),
    { at: 1, state: { limited: [1, 2], quietUntil: [now + 12_000] } },
    "0 after 12000",
  ],
  [
    "a failing fallback comes back to the first no sooner than that one asked for",
    failed("overloaded"),
    { at: 1, state: { limited: [1], tries: [0, 2], quietUntil: [now + 12_000] } },
    "0 after 12000",
  ],
  [
    "429 with a long Retry-After waits where there is nobody else",
    failed("rate_limited", { retryAfterMs: 60_000 }),
    { state: { spent: [1] } },
    "0 after 60000",
  ],
  ["429 without a header backs off", failed("rate_limited"), {}, "0 after 750"],
  ["429 again backs off longer", failed("rate_limited"), { state: { limited: [1] } }, "0 after 1500"],
  ["429 a third time goes elsewhere", failed("rate_limited"), { state: { limited: [2] } }, "1 after 0"],
  [
    "429 of both comes back to the first after a wait",
    failed("rate_limited"),
    { at: 1, state: { limited: [3, 2] } },
    "0 after 3000",
  ],
  ["500 once tries the same again", failed("overloaded"), {}, "0 after 250"],
  [
    "503 for ever goes elsewhere after the tries",
    failed("overloaded"),
    { state: { tries: [2] } },
    "1 after 0",
  ],
  ["a connection reset tries the same again", failed("connection"), {}, "0 after 250"],
  ["a malformed event tries the same again", failed("unknown"), {}, "0 after 250"],
  [
    "503 with a long Retry-After goes elsewhere",
    failed("overloaded", { retryAfterMs: 60_000 }),
    {},
    "1 after 0",
  ],
  ["silence is never tried again", failed("timeout"), {}, "1 after 0"],
  ["silence of the last one ends", failed("timeout"), { at: 1, state: { spent: [0] } }, "end"],
  ["a stream that stalls goes elsewhere", failed("timeout", { hasText: true }), {}, "1 after 0"],
  ["a stream that is cut tries the same again", failed("connection", { hasText: true }), {}, "0 after 250"],
  [
    "a stream that is cut goes to who can go on from it",
    failed("connection", { hasText: true }),
    { candidates: withPrefill },
    "1 after 0",
  ],
  [
    "a stream that is cut stays with who can go on from it itself",
    failed("connection", { hasText: true }),
    { candidates: withPrefill, at: 1 },
    "1 after 250",
  ],
  [
    "a refused prefill starts anew at once",
    refused("invalid_request", { continued: true }),
    { candidates: withPrefill, at: 1 },
    "1 after 0",
  ],
  ["a request refused without one ends", refused("invalid_request"), {}, "end"],
  ["a context too long goes to a larger one", refused("context_too_long"), {}, "1 after 0"],
  ["a context too long for the largest ends", refused("context_too_long"), { at: 1 }, "end"],
  [
    "a context too long ends where no other is known to be larger",
    refused("context_too_long"),
    { candidates: two.map(({ contextTokens: _, ...one }) => one) },
    "end",
  ],
  ["refused content ends without asking elsewhere", refused("content_refused"), {}, "end"],
  ["a key that does not work goes elsewhere", refused("authentication"), {}, "1 after 0"],
  ["a model that is not there goes elsewhere", refused("model_not_found"), {}, "1 after 0"],
  ["an upload that is gone ends", { code: "blob_not_found", retryable: false }, {}, "end"],
  ["a lost worker tries the same again at once", { code: "worker_lost", retryable: true }, {}, "0 after 0"],
  ["the last failure of the last one ends", failed("overloaded"), { at: 1, state: { tries: [3, 2] } }, "end"],
];

describe("decideRescue", () => {
  it.each(rows)("%s", (_, failure, question, expected) => {
    expect(tell(decide(failure, question))).toBe(expected);
  });

  it("knows that a candidate refused prefill, and does not go to it for it", () => {
    const { state } = decide(refused("invalid_request", { continued: true }), {
      candidates: withPrefill,
      at: 1,
    });
    expect(state.anew).toEqual([1]);
    const cut = decide(failed("connection", { hasText: true }), { candidates: withPrefill, state });
    expect(tell(cut)).toBe("0 after 250");
  });
});

describe("decideRescue, whatever happens", () => {
  const kinds = ["overloaded", "connection", "unknown", "timeout", "authentication", "context_too_long"];
  const candidates = fc
    .array(
      fc.record(
        { contextTokens: fc.constantFrom(1, 2, 3), prefill: fc.constant(true) },
        { requiredKeys: [] },
      ),
      {
        minLength: 2,
        maxLength: 8,
      },
    )
    .map((all) => all.map((one, index) => ({ provider: `p${index}`, reason: "", ...one })));
  const failures = fc.infiniteStream(fc.tuple(fc.constantFrom(...kinds, "rate_limited"), fc.boolean()));
  const isRetryable = (kind: string) => !["authentication", "context_too_long"].includes(kind);

  it("comes to an end, and calls nobody who is spent or has no tries left", () => {
    fc.assert(
      fc.property(candidates, failures, (all, stream) => {
        let [at, state] = [0, freshRescue];
        let calls = 1;
        for (const [kind, hasText] of stream) {
          if (kind === "rate_limited") continue;
          const failure = failed(kind, { retryable: isRetryable(kind), hasText });
          const decision = decide(failure, { candidates: all, at, state });
          if (decision.kind === "end") return;
          expect(decision.state.spent).not.toContain(decision.at);
          expect(decision.state.tries[decision.at] ?? 0).toBeLessThan(retry.attempts);
          [at, state, calls] = [decision.at, decision.state, calls + 1];
          expect(calls).toBeLessThanOrEqual(all.length * retry.attempts);
        }
      }),
    );
  });

  it("never asks one that says 429 without a header more than four times in three seconds", () => {
    fc.assert(
      fc.property(
        candidates,
        fc.infiniteStream(fc.float({ min: 0, max: Math.fround(0.999), noNaN: true })),
        (all, dice) => {
          let [at, state, now] = [0, freshRescue, 0];
          const calls = new Map<number, number[]>([[0, [0]]]);
          for (let turn = 0; turn < 40; turn++) {
            const random = Number(dice.next().value);
            const decision = decide(failed("rate_limited"), { candidates: all, at, state, random });
            if (decision.kind === "end") throw new Error("being told to slow down ends no task");
            now += decision.afterMs;
            [at, state] = [decision.at, decision.state];
            calls.set(at, [...(calls.get(at) ?? []), now]);
          }
          for (const times of calls.values())
            for (const [index, time] of times.entries())
              expect(time - (times[index - 4] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThan(3_000);
        },
      ),
    );
  });
});
