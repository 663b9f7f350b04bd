import { describe, expect, it } from "vitest";
import { toRate } from "../config/rate.ts";
import { createVirtualClock } from "../platform/embedded/virtual-clock.ts";
import type { Queue } from "../queue/queue-document.ts";
import { createLooks } from "./plan-looks.ts";

const breaker = { failures: 5, successes: 2, openMs: 60_000, probes: 1 };

function aQueue(...requests: string[]): Queue {
  const rates = requests.flatMap((text) => toRate(text) ?? []);
  return { id: "main", limits: { requests: rates }, breaker, longestCallMs: 300_000 };
}

function open(slotMs: number) {
  const clock = createVirtualClock(1_000_000);
  const looks = createLooks({ clock, wakes: { slotMs, ensure: async () => undefined } });
  const seen: number[] = [];
  const look = async () => void seen.push(clock.elapsed());
  return { clock, looks, seen, look };
}

describe("a process's looks at a queue, where a wake comes up to a slot late", () => {
  it("come when they are due, though the time of day is set back meanwhile", async () => {
    const { clock, looks, seen, look } = open(250);
    void looks.plan(aQueue(), clock.now() + 1_100, look);
    clock.shift(-3_600_000);
    await clock.advance(1_099);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual([1_100]);
  });

  it("are one for all who ask before it, at the earliest time asked for", async () => {
    const { clock, looks, seen, look } = open(250);
    for (const inMs of [900, 500, 700]) void looks.plan(aQueue(), clock.now() + inMs, look);
    await clock.advance(5_000);
    expect(seen).toEqual([500]);
  });

  it("follow five quick claims at once, and then once a second", async () => {
    const { clock, looks, seen, look } = open(250);
    const claimAndLook = async () => {
      looks.note(aQueue());
      await look();
      if (seen.length < 9) await looks.plan(aQueue(), 0, claimAndLook);
    };
    void looks.plan(aQueue(), 0, claimAndLook);
    await clock.advance(10_000);
    expect(seen).toEqual([0, 0, 0, 0, 0, 1_000, 2_000, 3_000, 4_000]);
  });

  it("are put off by a pace at most, however often wakes have claimed", async () => {
    const { clock, looks, seen, look } = open(250);
    for (let claims = 0; claims < 50; claims++) looks.note(aQueue());
    void looks.plan(aQueue(), 0, look);
    await clock.advance(999);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual([1_000]);
  });

  it("keep up with a rate that no claim may take a second's worth of", async () => {
    const { clock, looks, seen, look } = open(250);
    for (let claims = 0; claims < 5; claims++) looks.note(aQueue("3500/min"));
    void looks.plan(aQueue("3500/min"), 0, look);
    await clock.advance(400);
    expect(seen).toHaveLength(1);
  });

  it.each([
    [2_500, true],
    [2_501, false],
  ])("are the process's own up to ten slots ahead (%i ms: %s)", (inMs, isNear) => {
    const { clock, looks } = open(250);
    expect(looks.isNear(clock.now() + inMs)).toBe(isNear);
  });
});

describe("a process's looks at a queue, where waking is free", () => {
  it("come at once and each for itself", async () => {
    const { clock, looks, seen, look } = open(0);
    for (let claims = 0; claims < 50; claims++) looks.note(aQueue());
    await Promise.all([looks.plan(aQueue(), 0, look), looks.plan(aQueue(), 0, look)]);
    expect(seen).toEqual([0, 0]);
    expect(looks.isNear(clock.now())).toBe(false);
  });
});
