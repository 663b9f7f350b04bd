import { describe, expect, it } from "vitest";
import { sleep } from "../../core/clock.ts";
import { describeClock } from "../clock.contract.ts";
import { createVirtualClock } from "./virtual-clock.ts";

describe("the virtual clock", () => {
  describeClock(() => {
    const clock = createVirtualClock(1_000);
    return { clock, pass: clock.advance, setBack: (ms) => clock.shift(-ms), close: () => undefined };
  });

  it("starts where it is told to and stands still", () => {
    expect(createVirtualClock(42).now()).toBe(42);
  });

  it("runs each timer at its own time, and what promises do then before the next", async () => {
    const clock = createVirtualClock();
    const seen: [string, number][] = [];
    const live = async (name: string, ms: number) => {
      for (let round = 0; round < 2; round++) {
        await sleep(clock, ms);
        await Promise.resolve();
        seen.push([name, clock.now()]);
      }
    };
    const lives = [live("slow", 30), live("quick", 20)];
    await clock.advance(100);
    await Promise.all(lives);
    expect(seen).toEqual([
      ["quick", 20],
      ["slow", 30],
      ["quick", 40],
      ["slow", 60],
    ]);
    expect(clock.now()).toBe(100);
  });

  it("runs timers of one time in the order they were started", async () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    for (let n = 0; n < 50; n++) clock.after(10, () => seen.push(n));
    await clock.advance(10);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(50);
  });

  it("goes from timer to timer until none is left", async () => {
    const clock = createVirtualClock();
    clock.after(10, () => clock.after(3_600_000, () => undefined));
    await clock.runUntilIdle();
    expect(clock.now()).toBe(3_600_010);
  });

  it("does not wait for ever for a timer that renews itself", async () => {
    const clock = createVirtualClock();
    const renew = () => void clock.after(1, renew);
    renew();
    await expect(clock.runUntilIdle(100)).rejects.toThrow("more than 100 timers");
  });

  it("keeps the delays of running timers when the time of day is corrected", async () => {
    const clock = createVirtualClock(1_000_000);
    const seen: number[] = [];
    clock.after(10, () => seen.push(clock.now()));
    clock.shift(-500_000);
    expect(clock.now()).toBe(500_000);
    await clock.advance(10);
    expect(seen).toEqual([500_010]);
  });
});
