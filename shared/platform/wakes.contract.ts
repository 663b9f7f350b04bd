import { afterEach, beforeEach, expect, it } from "vitest";
import type { Wake, Wakes } from "./wakes.ts";

export type OpenWakes = () => Promise<{
  wakes: Wakes;
  /** What arrived, in order. */
  delivered: Wake[];
  now(): number;
  /** Lets time pass, and what is due by then arrive. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}>;

/** What every implementation of `Wakes` promises. */
export function describeWakes(open: OpenWakes): void {
  let at: Awaited<ReturnType<OpenWakes>>;
  let names = 0;
  beforeEach(async () => {
    at = await open();
  });
  afterEach(() => at.close());
  const newName = () => `wake-${++names}-${crypto.randomUUID()}`;
  const ready: Wake = { queue: "openai", reason: "ready" };
  const due: Wake = { queue: "gemini", reason: "due" };

  it.each([0, -60_000])("delivers a wake whose time has come (%i ms)", async (ms) => {
    await at.wakes.ensure(ready, newName(), at.now() + ms);
    await at.pass(500);
    expect(at.delivered).toEqual([ready]);
  });

  it("delivers a wake when its time has come and not before", async () => {
    await at.wakes.ensure(due, newName(), at.now() + 2_000);
    await at.pass(1_000);
    expect(at.delivered).toEqual([]);
    await at.pass(1_500);
    expect(at.delivered).toEqual([due]);
  });

  it("delivers wakes of one name that waits as one", async () => {
    const name = newName();
    const time = at.now() + 1_000;
    await Promise.all([1, 2, 3].map(() => at.wakes.ensure(ready, name, time)));
    await at.wakes.ensure(ready, name, time);
    await at.pass(1_500);
    expect(at.delivered).toEqual([ready]);
  });

  it("delivers wakes of different names each for itself", async () => {
    const time = at.now() + 500;
    await at.wakes.ensure(ready, newName(), time);
    await at.wakes.ensure(due, newName(), time);
    await at.pass(1_000);
    expect(at.delivered).toHaveLength(2);
    expect(at.delivered).toEqual(expect.arrayContaining([ready, due]));
  });
}
