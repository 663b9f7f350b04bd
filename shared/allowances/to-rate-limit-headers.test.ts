import { expect, it } from "vitest";
import type { AllowanceState } from "../api/allowances.ts";
import { withBoth, withOverride } from "./limit.ts";
import { periodAt } from "./period.ts";
import { toRateLimitHeaders } from "./to-rate-limit-headers.ts";

const now = Date.parse("2026-01-10T12:59:30.500Z");
const state: AllowanceState = {
  ...{ scope: "user", scopeId: "ann", measure: "requests", period: "hour", limit: 1_000 },
  ...{ spent: 1, reserved: 0, left: 999, renewsAt: "2026-01-10T13:00:00.000Z" },
};

it("writes structured fields: a policy and what is left of it for each allowance", () => {
  const month = {
    scope: "tenant",
    measure: "micros",
    period: "month",
    renewsAt: "2026-02-01T00:00:00.000Z",
  } as const;
  const active = {
    scope: "key",
    scopeId: "k",
    measure: "activeTasks",
    limit: 5,
    spent: 0,
    reserved: 5,
    left: 0,
  } as const;
  expect(toRateLimitHeaders([state, { ...state, ...month }, active], now)).toEqual({
    "RateLimit-Policy":
      '"user-requests-hour";q=1000;w=3600, "tenant-micros-month";q=1000;qu="micro-dollars", "key-activeTasks";q=5;qu="concurrent-requests"',
    RateLimit:
      '"user-requests-hour";r=999;t=30, "tenant-micros-month";r=999;t=1854030, "key-activeTasks";r=0',
  });
});

it("writes none where nothing is bounded, and no number that a structured field cannot hold", () => {
  expect(toRateLimitHeaders([], now)).toEqual({});
  expect(toRateLimitHeaders([{ ...state, left: -5, limit: 1e18 }], now)).toMatchObject({
    "RateLimit-Policy": '"user-requests-hour";q=999999999999999;w=3600',
    RateLimit: '"user-requests-hour";r=0;t=30',
  });
});

it("follows the calendar in UTC", () => {
  const iso = (period: Parameters<typeof periodAt>[0]) => {
    const { start, end } = periodAt(period, Date.parse("2028-02-29T23:59:59.999Z"));
    return [new Date(start).toISOString(), new Date(end).toISOString()];
  };
  expect(iso("min")).toEqual(["2028-02-29T23:59:00.000Z", "2028-03-01T00:00:00.000Z"]);
  expect(iso("day")).toEqual(["2028-02-29T00:00:00.000Z", "2028-03-01T00:00:00.000Z"]);
  expect(iso("month")).toEqual(["2028-02-01T00:00:00.000Z", "2028-03-01T00:00:00.000Z"]);
});

it("reads limits measure by measure, and of two that both hold the lower", () => {
  const general = { requests: "1000/hour", micros: ["5/day", "90/month"], activeTasks: 3 };
  expect(withOverride(general, { requests: "unlimited", activeTasks: 9 })).toEqual([
    { measure: "micros", count: 5, period: "day" },
    { measure: "micros", count: 90, period: "month" },
    { measure: "activeTasks", count: 9 },
  ]);
  const one = withOverride({ micros: "5/day" });
  expect(withBoth(one, withOverride({ micros: ["9/day", "7/month"] }))).toEqual([
    { measure: "micros", count: 5, period: "day" },
    { measure: "micros", count: 7, period: "month" },
  ]);
});
