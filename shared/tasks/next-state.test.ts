import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskError } from "../api/task.ts";
import { terminalStatuses } from "../api/task-type.ts";
import { backoffMs } from "./backoff.ts";
import { nextState, type Outcome } from "./next-state.ts";
import { aTask } from "./task.fixture.ts";
import { keptAttempts } from "./task-document.ts";

const retry = { attempts: 3, baseMs: 500, maxMs: 60_000 };
const facts = { provider: "openai", startedAt: 1_000 };
const options = { now: 5_000, retry, random: () => 0.5 };
const running = (used = 0) =>
  aTask({ status: "running", epoch: used + 1, attemptCount: used + 1, attemptsUsed: used });
const overloaded: TaskError = { code: "provider_overloaded", message: "…", retryable: true };
const failed = (change: Partial<Extract<Outcome, { kind: "failed" }>> = {}): Outcome => ({
  kind: "failed",
  error: overloaded,
  rateLimited: false,
  ...change,
});

describe("nextState", () => {
  it("ends a success with its result, usage and time", () => {
    const usage = { inputTokens: 3, cachedInputTokens: 1, outputTokens: 2 };
    const result = { text: "Hi", finishReason: "stop" as const };
    const { fields, removes } = nextState(running(), { kind: "succeeded", result, usage }, facts, options);
    expect(fields).toMatchObject({
      status: "succeeded",
      result,
      usage,
      completedAt: "1970-01-01T00:00:05.000Z",
    });
    expect(fields.attempts).toMatchObject([
      { n: 1, outcome: "succeeded", usage, startedAt: "1970-01-01T00:00:01.000Z" },
    ]);
    expect(removes).toContain("leaseUntil");
  });

  it("schedules a retryable failure after a jittered wait", () => {
    const { fields } = nextState(running(1), failed(), facts, options);
    expect(fields).toMatchObject({
      status: "scheduled",
      attemptsUsed: 2,
      notBefore: "1970-01-01T00:00:05.500Z",
    });
  });

  it("takes the provider's Retry-After as a lower bound", () => {
    const { fields } = nextState(running(), failed({ retryAfterMs: 20_000 }), facts, options);
    expect(fields.notBefore).toBe("1970-01-01T00:00:25.000Z");
  });

  it("ends the last retryable failure as dead, with its error", () => {
    const { fields } = nextState(running(2), failed(), facts, options);
    expect(fields).toMatchObject({ status: "dead", error: overloaded, attemptsUsed: 3 });
  });

  it("ends a permanent failure at once", () => {
    const error = { ...overloaded, retryable: false };
    expect(nextState(running(), failed({ error }), facts, options).fields).toMatchObject({
      status: "failed",
      error,
    });
  });

  it("gives a rate-limited task back without using up an attempt, however often", () => {
    let task = running(2);
    for (let round = 0; round < 30; round++) {
      const { fields } = nextState(task, failed({ rateLimited: true }), facts, options);
      expect(fields).toMatchObject({ status: "scheduled", attemptsUsed: 2 });
      task = { ...task, ...fields, status: "running", attemptCount: task.attemptCount + 1 };
    }
    expect(task.attempts).toHaveLength(keptAttempts);
    expect(task.attempts.at(-1)).toMatchObject({ n: 32, outcome: "rate_limited" });
  });

  it("waits longer the more often in a row the provider was rate limited", () => {
    const waits: number[] = [];
    let task = running();
    for (let round = 0; round < 4; round++) {
      const { fields } = nextState(task, failed({ rateLimited: true }), facts, options);
      waits.push(Date.parse(fields.notBefore ?? "") - options.now);
      task = { ...task, ...fields, status: "running", attemptCount: task.attemptCount + 1 };
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000]);
  });

  it("puts an interrupted task back in line without using up an attempt", () => {
    const { fields } = nextState(running(2), { kind: "interrupted" }, facts, options);
    expect(fields).toMatchObject({ status: "ready", attemptsUsed: 2 });
  });

  it("counts a lost worker as an attempt, so that a task that kills its worker dies", () => {
    expect(nextState(running(0), { kind: "lost" }, facts, options).fields).toMatchObject({
      status: "ready",
      attemptsUsed: 1,
    });
    expect(nextState(running(2), { kind: "lost" }, facts, options).fields).toMatchObject({
      status: "dead",
      error: { code: "worker_lost" },
    });
  });

  it("leaves no trace of a claim whose permit was too old", () => {
    const { fields } = nextState(running(1), { kind: "returned" }, facts, options);
    expect(fields).toEqual({ status: "ready", attemptCount: 1 });
  });

  it("ends within the attempts allowed, whatever happens", () => {
    const outcome = fc.constantFrom<Outcome>(
      failed(),
      { kind: "lost" },
      failed({ error: { ...overloaded, retryable: false } }),
    );
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 3, maxLength: 3 }), (outcomes) => {
        let task = running();
        for (const each of outcomes) {
          if (terminalStatuses.has(task.status)) break;
          task = { ...task, ...nextState(task, each, facts, options).fields };
        }
        expect(terminalStatuses.has(task.status)).toBe(true);
        expect(task.attemptsUsed).toBeLessThanOrEqual(retry.attempts);
      }),
    );
  });
});

describe("backoffMs", () => {
  it("is anywhere from nothing to a ceiling that doubles and ends at maxMs", () => {
    expect([1, 2, 3, 20, 5_000].map((failures) => backoffMs(failures, retry, () => 0.999_999_9))).toEqual([
      499, 999, 1_999, 59_999, 59_999,
    ]);
    expect(backoffMs(9, retry, () => 0)).toBe(0);
  });
});
