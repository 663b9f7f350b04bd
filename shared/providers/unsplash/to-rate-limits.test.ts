import { expect, test } from "vitest";
import { toRateLimits } from "./to-rate-limits.ts";

test.each([
  ["49", { requestsLeft: 49 }],
  ["0", { requestsLeft: 0 }],
  ["-1", undefined],
  ["plenty", undefined],
])("reads the %s requests left of the hour", (remaining, limits) => {
  expect(toRateLimits(new Headers({ "x-ratelimit-remaining": remaining }))).toEqual(limits);
});

test("reads nothing where nothing is said", () => {
  expect(toRateLimits(new Headers({ "x-ratelimit-limit": "50" }))).toBeUndefined();
});
