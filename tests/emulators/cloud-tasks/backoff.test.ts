import { describe, expect, it } from "vitest";
import { isGivenUp, toBackoffMs } from "./backoff.ts";
import { toQueueConfig } from "./queue-config.ts";

const first = (count: number, retryConfig: object) =>
  Array.from({ length: count }, (_, index) => toBackoffMs(toQueueConfig({ retryConfig }), index + 1) / 1_000);

describe("the time between retries", () => {
  it("doubles, then grows by the same, then stays, as the example of the service's page does", () => {
    const example = { minBackoff: { seconds: 10 }, maxBackoff: { seconds: 300 }, maxDoublings: 3 };
    expect(first(8, example)).toEqual([10, 20, 40, 80, 160, 240, 300, 300]);
  });

  it("starts at a tenth of a second where the queue says nothing", () => {
    expect(first(4, {})).toEqual([0.1, 0.2, 0.4, 0.8]);
  });
});

describe("a task that failed", () => {
  const giveUp = (retryConfig: object, failures: number, sinceFirstMs: number) =>
    isGivenUp(toQueueConfig({ retryConfig }), failures, sinceFirstMs);

  it("is given up after its last attempt", () => {
    expect([giveUp({ maxAttempts: 3 }, 2, 0), giveUp({ maxAttempts: 3 }, 3, 0)]).toEqual([false, true]);
  });

  it("is given up only once both limits are reached, where both are set", () => {
    const both = { maxAttempts: 3, maxRetryDuration: { seconds: 60 } };
    expect([giveUp(both, 3, 59_999), giveUp(both, 2, 60_000), giveUp(both, 3, 60_000)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("is never given up where neither ends", () => {
    expect(giveUp({ maxAttempts: -1 }, 1_000_000, 1e12)).toBe(false);
  });
});
