import { expect, test } from "vitest";
import type { Attempt } from "../api/task.ts";
import { toRepriced } from "./reprice-tasks.ts";

const anAttempt = (n: number, changes: Partial<Attempt> = {}): Attempt => ({
  n,
  provider: "main",
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:00:01.000Z",
  outcome: "failed",
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 0 },
  costMicros: 5,
  ...changes,
});

test("sums a task's attempts anew, those that are not priced anew as they were", () => {
  const [first, second] = [anAttempt(1), anAttempt(2)];
  const cost = { micros: 10, known: true };
  const repriced = toRepriced({ attempts: [first, second], cost }, [{ attempt: second, costMicros: 7 }]);
  expect(repriced.cost).toEqual({ micros: 12, known: true });
  expect(repriced.attempts.map(({ costMicros }) => costMicros)).toEqual([5, 7]);
});

test("keeps what attempts cost that are no longer there", () => {
  const attempts = Array.from({ length: 20 }, (_, index) => anAttempt(index + 11));
  const cost = { micros: 10 * 5 + 20 * 5, known: true };
  const [first = anAttempt(11)] = attempts;
  const repriced = toRepriced({ attempts, cost }, [{ attempt: first, costMicros: 1 }]);
  expect(repriced.cost).toEqual({ micros: 10 * 5 + 19 * 5 + 1, known: true });
});

test("does not take what was not charged, nor what the cache gave, for unknown", () => {
  const attempts = [
    anAttempt(1, { usage: undefined, costMicros: undefined }),
    anAttempt(2, { cached: true, costMicros: undefined, outcome: "succeeded" }),
    anAttempt(3),
  ];
  expect(toRepriced({ attempts, cost: { known: false } }, []).cost).toEqual({ micros: 5, known: true });
  const lost = anAttempt(4, { outcome: "lost", usage: undefined, costMicros: undefined });
  expect(toRepriced({ attempts: [...attempts, lost], cost: { known: false } }, []).cost.known).toBe(false);
});
