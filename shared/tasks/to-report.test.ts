import { expect, it } from "vitest";
import { noUsage } from "../providers/provider.ts";
import type { Outcome } from "./next-state.ts";
import { aTask } from "./task.fixture.ts";
import { toReport } from "./to-report.ts";

const queue = { id: "main", limits: { tokens: { count: 1_000, periodMs: 60_000 } }, longestCallMs: 1_000 };
const breaker = { failures: 5, successes: 2, openMs: 60_000, probes: 1 };

function healthOf(changes: object): string {
  const outcome: Outcome = {
    kind: "succeeded",
    result: { text: "x", finishReason: "stop" },
    usage: noUsage,
    ...changes,
  };
  return toReport(aTask(), { outcome, isTold: true, endedAt: 0 }, { ...queue, breaker }).health;
}

it("says nothing of a provider's health where the cache answered, and what it shows where it was called", () => {
  expect(healthOf({ cache: "hit" })).toBe("unknown");
  expect(healthOf({ cache: "partial" })).toBe("good");
  expect(healthOf({})).toBe("good");
});
