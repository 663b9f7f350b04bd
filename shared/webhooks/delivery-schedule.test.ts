import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveryDelaysMs, parseRetryAfter, toNextDelayMs } from "./delivery-schedule.ts";

const hourMs = 3_600_000;
const now = Date.parse("2026-01-01T00:00:00.000Z");

describe("the schedule of a delivery", () => {
  it("is 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h: ten tries in three days and four hours", () => {
    const hours = deliveryDelaysMs.slice(4).map((ms) => ms / hourMs);
    expect(deliveryDelaysMs.slice(0, 4)).toEqual([0, 5_000, 300_000, 1_800_000]);
    expect(hours).toEqual([2, 5, 10, 14, 20, 24]);
    expect(deliveryDelaysMs.reduce((sum, ms) => sum + ms, 0) / hourMs).toBeCloseTo(75.6, 1);
  });

  it("is kept within a fifth, and never undercuts what the receiver asks for up to a day", () => {
    const input = [
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(10 * 24 * hourMs),
    ] as const;
    fc.assert(
      fc.property(...input, (tries, random, retryAfterMs) => {
        const delayMs = deliveryDelaysMs[tries] ?? 0;
        const next = toNextDelayMs(tries, () => random, retryAfterMs) ?? -1;
        const asked = Math.min(retryAfterMs, 24 * hourMs);
        expect(next).toBeGreaterThanOrEqual(Math.max(delayMs * 0.8 - 1, asked));
        expect(next).toBeLessThanOrEqual(Math.max(delayMs * 1.2 + 1, asked));
      }),
    );
  });

  it("ends with the tenth try, whatever the receiver asks for", () => {
    expect(toNextDelayMs(9, () => 0.5)).toBe(24 * hourMs);
    expect(toNextDelayMs(10, () => 0.5, hourMs)).toBeUndefined();
  });
});

describe("a Retry-After", () => {
  it.each([
    [undefined, 0],
    ["120", 120_000],
    [" 7 ", 7_000],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["-5", 0],
    ["1.5", 0],
    ["1e9", 0],
    ["soon", 0],
    ["2027-01-01", 0],
    ["", 0],
  ])("of %j is %i ms", (text, ms) => {
    expect(parseRetryAfter(text, now)).toBe(ms);
  });
});
