import { afterEach, beforeEach, expect, it } from "vitest";
import type { Clock } from "../core/clock.ts";

export type OpenClock = () => {
  clock: Clock;
  /** Lets time pass for the clock, and what falls due run. */
  pass(ms: number): Promise<void>;
  /** Sets the time of day back, as a correction of the machine's clock does. */
  setBack(ms: number): void;
  close(): void;
};

/** What every implementation of `Clock` promises. */
export function describeClock(open: OpenClock): void {
  let opened: ReturnType<OpenClock>;
  let runs: string[];
  beforeEach(() => {
    opened = open();
    runs = [];
  });
  afterEach(() => opened.close());
  const start = (name: string, delayMs: number) => opened.clock.after(delayMs, () => runs.push(name));

  it.each(["now", "elapsed"] as const)("tells milliseconds that pass (%s)", async (reading) => {
    const before = opened.clock[reading]();
    await opened.pass(1_500);
    expect(opened.clock[reading]() - before).toBe(1_500);
  });

  it("measures elapsed time whatever is done to the time of day", async () => {
    const before = opened.clock.elapsed();
    opened.setBack(3_600_000);
    await opened.pass(200);
    expect(opened.clock.elapsed() - before).toBe(200);
  });

  it("runs once, when the delay is over and not before", async () => {
    start("a", 100);
    await opened.pass(99);
    expect(runs).toEqual([]);
    await opened.pass(1);
    expect(runs).toEqual(["a"]);
    await opened.pass(1_000);
    expect(runs).toEqual(["a"]);
  });

  it("runs what falls due in the order of time", async () => {
    start("c", 30);
    start("a", 10);
    start("b", 20);
    await opened.pass(30);
    expect(runs).toEqual(["a", "b", "c"]);
  });

  it.each([0, -5])("runs a delay of %i soon, but never inside the call", async (delayMs) => {
    start("a", delayMs);
    expect(runs).toEqual([]);
    await opened.pass(0);
    expect(runs).toEqual(["a"]);
  });

  it("runs what is started while time passes", async () => {
    opened.clock.after(10, () => start("inner", 10));
    await opened.pass(20);
    expect(runs).toEqual(["inner"]);
  });

  it("does not run what was cancelled", async () => {
    for (const delayMs of [0, 10]) start("a", delayMs)();
    await opened.pass(20);
    expect(runs).toEqual([]);
  });

  it("lets itself be cancelled twice, and after it ran", async () => {
    const cancel = start("a", 10);
    await opened.pass(10);
    cancel();
    cancel();
    expect(runs).toEqual(["a"]);
  });

  it("keeps a delay of fifty days", async () => {
    const fiftyDaysMs = 50 * 86_400_000;
    start("a", fiftyDaysMs);
    const cancel = start("b", fiftyDaysMs);
    await opened.pass(fiftyDaysMs - 1);
    expect(runs).toEqual([]);
    cancel();
    await opened.pass(1);
    expect(runs).toEqual(["a"]);
  });
}
