import { describe, expect, it } from "vitest";
import { fromRate, toRate } from "./rate.ts";

describe("toRate", () => {
  it.each([
    ["10/s", { count: 10, periodMs: 1_000 }],
    ["60/min", { count: 60, periodMs: 60_000 }],
    ["50/hour", { count: 50, periodMs: 3_600_000 }],
    ["1000/day", { count: 1_000, periodMs: 86_400_000 }],
    ["10/2s", { count: 10, periodMs: 2_000 }],
    ["3/250ms", { count: 3, periodMs: 250 }],
  ])("reads %s, and fromRate writes it back", (text, rate) => {
    expect(toRate(text)).toEqual(rate);
    expect(fromRate(rate)).toBe(text);
  });

  it.each(["", "10", "10/", "/s", "0/s", "10/0s", "-1/s", "1.5/s", "10/week", "10 / s", "10/s/s"])(
    "refuses %j",
    (text) => {
      expect(toRate(text)).toBeUndefined();
    },
  );
});
