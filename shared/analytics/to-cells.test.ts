import { describe, expect, it } from "vitest";
import type { EventAttempt } from "../api/events.ts";
import { toBucket } from "./latency-buckets.ts";
import { toCells } from "./to-cells.ts";
import { toLatencies, toSuccessRatio } from "./to-numbers.ts";
import { anEvent } from "./usage.fixture.ts";

const attempt: EventAttempt = {
  ...{ n: 2, provider: "second", model: "x", outcome: "failed", errorCode: "provider_timeout" },
  ...{ startedAt: "2026-01-01T00:00:00.000Z", endedAt: "2026-01-01T00:00:01.000Z" },
};

describe("what an event adds", () => {
  it("is its task where that ended, and each attempt where it was made", () => {
    const [task, first, ...others] = toCells(anEvent("a", { task: { attempts: [attempt] } }));
    expect([task?.provider, task?.model, task?.counts.succeeded]).toEqual(["main", "m", 1]);
    expect(first).toEqual({
      ...{ tenant: "acme", user: "ann", key: "key_1", provider: "second", model: "x", type: "chat" },
      counts: { "attempts.failed": 1, "errors.provider_timeout": 1 },
    });
    expect(others).toEqual([]);
  });

  it("is its attempts alone where the task goes on", () => {
    const cells = toCells(anEvent("a", { type: "task.retrying", task: { attempts: [attempt] } }));
    expect(cells.map(({ counts }) => counts["attempts.failed"])).toEqual([1]);
  });

  it("is every class of what was used, of failed calls too, and a cost that is not known", () => {
    const usage = {
      inputTokens: 0,
      cachedInputTokens: 4,
      outputTokens: 5,
      reasoningTokens: 6,
      seconds: 1.2345,
    };
    const [, cell] = toCells(anEvent("a", { task: { attempts: [{ ...attempt, usage }] } }));
    expect(cell?.counts).toMatchObject({
      "tokens.cachedInputTokens": 4,
      "tokens.outputTokens": 5,
      "tokens.reasoningTokens": 6,
      "tokens.milliseconds": 1_235,
      unknownCosts: 1,
    });
    expect(cell?.counts).not.toHaveProperty("tokens.inputTokens");
  });

  it("is no call where the cache had the answer, and what it saved", () => {
    const task = { cache: "hit" as const, savedMicros: 9, attempts: [{ ...attempt, cached: true as const }] };
    const [whole, call] = toCells(anEvent("a", { task }));
    expect(whole?.counts).toMatchObject({ cacheHits: 1, savedMicros: 9 });
    expect(call?.counts).toEqual({ "attempts.cached": 1 });
  });

  it("is the wait of a first attempt alone, and a total from when the task was accepted last", () => {
    const at = Date.parse("2026-01-02T00:00:00.000Z");
    const task = { createdAt: "2026-01-01T00:00:00.000Z", acceptedAt: "2026-01-01T23:59:58.000Z" };
    const [whole] = toCells(anEvent("a", { at, task: { ...task, attempts: [] } }));
    expect(whole?.counts["totalMs.sum"]).toBe(2_000);
    const [, second] = toCells(anEvent("a", { at, task: { ...task, attempts: [attempt] } }));
    expect(second?.counts).not.toHaveProperty("queueWaitMs.sum");
  });

  it("is no negative time where a clock was set back", () => {
    const [whole] = toCells(anEvent("a", { task: { createdAt: "2027-01-01T00:00:00.000Z", attempts: [] } }));
    expect(whole?.counts).toMatchObject({ "totalMs.sum": 0, [`totalMs.${toBucket(0)}`]: 1 });
  });
});

describe("what is read from counts", () => {
  it("leaves what the provider limited out of its success", () => {
    const counts = { "attempts.succeeded": 3, "attempts.failed": 1, "attempts.rate_limited": 9 };
    expect(toSuccessRatio(counts)).toBe(0.75);
    expect(toSuccessRatio({})).toBeUndefined();
  });

  it("has an exact mean and no numbers of what was not measured", () => {
    const counts = {
      "attemptMs.sum": 301,
      [`attemptMs.${toBucket(100)}`]: 1,
      [`attemptMs.${toBucket(201)}`]: 1,
    };
    const latencies = toLatencies(counts, "attemptMs", "firstTokenMs");
    expect(latencies).toMatchObject({ attemptMs: { count: 2, meanMs: 150.5 } });
    expect(latencies).not.toHaveProperty("firstTokenMs");
  });
});
