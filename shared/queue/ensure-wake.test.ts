import { describe, expect, it } from "vitest";
import type { Wakes } from "../platform/wakes.ts";
import { ensureWake } from "./ensure-wake.ts";

/** Notes what it is asked for, at a fixed time. */
function openNoting(slotMs: number, now: number) {
  const asked: { name: string; at: number }[] = [];
  const wakes: Wakes = {
    slotMs,
    async ensure(_, name, at) {
      asked.push({ name, at });
    },
  };
  return { asked, deps: { wakes, clock: { now: () => now, elapsed: () => 0, after: () => () => {} } } };
}

const wake = { queue: "openai", reason: "ready" } as const;

describe("ensureWake", () => {
  it("asks for the start of the next slot, never the current one, even at a slot's very start", async () => {
    for (const now of [1_000, 1_001, 1_249]) {
      const { asked, deps } = openNoting(250, now);
      await ensureWake(deps, wake);
      expect(asked[0]?.at).toBe(1_250);
    }
  });

  it("names wakes of one slot alike and those of others, queues and reasons differently", async () => {
    const { asked, deps } = openNoting(250, 1_000);
    await ensureWake(deps, wake, 1_100);
    await ensureWake(deps, wake, 1_200);
    await ensureWake(deps, wake, 1_300);
    await ensureWake(deps, { ...wake, queue: "gemini" });
    await ensureWake(deps, { ...wake, reason: "due" });
    expect(asked[0]?.name).toBe(asked[1]?.name);
    expect(new Set(asked.map(({ name }) => name)).size).toBe(4);
  });

  it("never asks for an earlier time than it was given", async () => {
    const { asked, deps } = openNoting(250, 1_000);
    await ensureWake(deps, wake, 61_001);
    expect(asked[0]?.at).toBe(61_250);
  });

  it("starts at once where waking is free, and later ones within ten milliseconds", async () => {
    const { asked, deps } = openNoting(0, 1_000);
    await ensureWake(deps, wake);
    await ensureWake(deps, wake, 1_234);
    expect(asked.map(({ at }) => at)).toEqual([1_000, 1_240]);
  });
});
