import { describe, expect, it } from "vitest";
import { createPace } from "./pace.ts";

const takeAll = (pace: ReturnType<typeof createPace>, now: number) => {
  let taken = 0;
  while (pace.take(now)) taken += 1;
  return taken;
};

describe("the pace of a queue", () => {
  it("lets a burst through at once, then its rate", () => {
    const pace = createPace({ perSecond: 20, burst: 10 });
    expect([takeAll(pace, 0), takeAll(pace, 49), takeAll(pace, 50), takeAll(pace, 1_050)]).toEqual([
      10, 0, 1, 10,
    ]);
  });

  it("tells when the next permit is there", () => {
    const pace = createPace({ perSecond: 20, burst: 10 });
    takeAll(pace, 1_000);
    expect(pace.nextAt(1_010)).toBe(1_050);
  });

  it("halves with each refusal and comes back a quarter at a time", () => {
    const pace = createPace({ perSecond: 20, burst: 10 });
    pace.slowDown(0, 0);
    pace.slowDown(0, 0);
    expect(pace.share()).toBe(0.25);
    for (let successes = 0; successes < 6; successes++) pace.recover(0);
    expect(pace.share()).toBeCloseTo(0.95);
    pace.recover(0);
    expect(pace.share()).toBe(1);
  });

  it("never slows to nothing", () => {
    const pace = createPace({ perSecond: 64, burst: 10 });
    for (let refusals = 0; refusals < 100; refusals++) pace.slowDown(0, 0);
    expect([takeAll(pace, 0), takeAll(pace, 999), takeAll(pace, 1_000)]).toEqual([1, 0, 1]);
  });

  it("waits as long as it is told", () => {
    const pace = createPace({ perSecond: 20, burst: 10 });
    pace.slowDown(0, 3_000);
    expect([takeAll(pace, 2_999), pace.nextAt(2_999), takeAll(pace, 3_000)]).toEqual([0, 3_000, 5]);
  });
});
