import { describe, expect, it } from "vitest";
import { createLog, type LogLine } from "../../core/log.ts";
import { describeWakes } from "../wakes.contract.ts";
import type { Wake } from "../wakes.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import { createEmbeddedWakes } from "./wakes.ts";

const wake: Wake = { queue: "q", reason: "ready" };

function open(deliver: (wake: Wake) => Promise<void>) {
  const clock = createVirtualClock(1_000_000);
  const lines: LogLine[] = [];
  const log = createLog((line) => lines.push(line));
  return { clock, lines, ...createEmbeddedWakes({ clock, deliver, log }) };
}

describe("embedded wakes", () => {
  describeWakes(async () => {
    const delivered: Wake[] = [];
    const { wakes, close, clock } = open(async (one) => void delivered.push(one));
    return { wakes, delivered, now: clock.now, pass: clock.advance, close };
  });

  it("start at once where waking is free, but never inside the call", async () => {
    const delivered: Wake[] = [];
    const { wakes, clock } = open(async (one) => void delivered.push(one));
    expect(wakes.slotMs).toBe(0);
    await wakes.ensure(wake, "n", clock.now());
    expect(delivered).toEqual([]);
    await clock.advance(0);
    expect(delivered).toEqual([wake]);
  });

  it("take the same name again as soon as a delivery has started", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let deliveries = 0;
    const { wakes, clock, close } = open(() => {
      deliveries += 1;
      return promise;
    });
    await wakes.ensure(wake, "n", clock.now());
    await clock.advance(0);
    await wakes.ensure(wake, "n", clock.now());
    await clock.advance(0);
    expect(deliveries).toBe(2);
    resolve();
    await close();
  });

  it("try a delivery that fails again, ever later", async () => {
    const times: number[] = [];
    const { wakes, clock, lines } = open(async () => {
      times.push(clock.now() - 1_000_000);
      if (times.length < 4) throw new Error("busy");
    });
    await wakes.ensure(wake, "n", 0);
    await clock.runUntilIdle();
    expect(times).toEqual([0, 100, 500, 2_100]);
    expect(lines).toEqual([]);
  });

  it("leave a delivery that keeps failing to the sweep, and say so", async () => {
    let tries = 0;
    const { wakes, clock, lines } = open(async () => {
      tries += 1;
      throw new Error("busy");
    });
    await wakes.ensure(wake, "n", 0);
    await clock.runUntilIdle();
    expect(tries).toBe(4);
    expect(lines).toMatchObject([{ severity: "WARNING", fields: { queue: "q", error: "Error: busy" } }]);
  });

  it("take nothing more and deliver nothing more once closed", async () => {
    const delivered: Wake[] = [];
    const { wakes, clock, close } = open(async (one) => void delivered.push(one));
    await wakes.ensure(wake, "waiting", clock.now() + 10);
    await close();
    await wakes.ensure(wake, "late", clock.now());
    await clock.runUntilIdle();
    expect(delivered).toEqual([]);
    expect(clock.now()).toBe(1_000_000);
  });

  it("close once the deliveries that run have ended, without further tries", async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    let tries = 0;
    const { wakes, clock, close } = open(() => {
      tries += 1;
      return promise;
    });
    await wakes.ensure(wake, "n", 0);
    await clock.advance(0);
    let isClosed = false;
    const closing = close().then(() => {
      isClosed = true;
    });
    await clock.advance(1_000);
    expect(isClosed).toBe(false);
    reject(new Error("interrupted"));
    await closing;
    expect(tries).toBe(1);
  });
});
