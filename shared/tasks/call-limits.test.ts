import { describe, expect, it } from "vitest";
import { callLimits } from "./call-limits.ts";
import { aTask } from "./task.fixture.ts";
import type { TaskDocument } from "./task-document.ts";

const retry = { attempts: 3, baseMs: 500, maxMs: 60_000 };
const route = {
  at: 0,
  candidates: [
    { provider: "one", reason: "" },
    { provider: "two", reason: "" },
  ],
};
const limits = (change: Partial<TaskDocument>, timeouts = {}, firstTokenMs?: number) =>
  callLimits(timeouts, aTask(change), {
    retry,
    health: firstTokenMs === undefined ? undefined : { success: 1, at: 0, firstTokenMs },
  });

describe("callLimits", () => {
  it("are the provider's alone where nobody stands by", () => {
    expect(limits({})).toEqual({ totalMs: 300_000 });
    expect(limits({}, { totalMs: 5_000, idleMs: 700 })).toEqual({ totalMs: 5_000, idleMs: 700 });
    const last = { spent: [1], tries: [], limited: [], anew: [] };
    expect(limits({ route, rescue: last })).toEqual({ totalMs: 300_000 });
  });

  it("are short where another candidate stands by, unless the provider's say otherwise", () => {
    expect(limits({ route })).toEqual({ totalMs: 300_000, firstTokenMs: 10_000, idleMs: 30_000 });
    expect(limits({ route }, { firstTokenMs: 2_000, idleMs: 700 })).toMatchObject({
      firstTokenMs: 2_000,
      idleMs: 700,
    });
  });

  it("give a slow model three times what it usually takes, and one that thinks a minute", () => {
    expect(limits({ route }, {}, 8_000).firstTokenMs).toBe(24_000);
    expect(limits({ route }, {}, 50_000).firstTokenMs).toBe(60_000);
    expect(limits({ route }, {}, 1_000).firstTokenMs).toBe(10_000);
    const thinking = { messages: [], reasoningEffort: "high" };
    expect(limits({ route, input: thinking }).firstTokenMs).toBe(60_000);
  });
});
