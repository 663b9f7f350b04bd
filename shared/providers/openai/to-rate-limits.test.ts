import { expect, test } from "vitest";
import type { RateLimits } from "../provider.ts";
import { toRateLimits } from "./to-rate-limits.ts";

const read = (headers: Record<string, string>) => toRateLimits(new Headers(headers));

test.each<[string, Record<string, string>, RateLimits | undefined]>([
  [
    "all of it",
    {
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-remaining-tokens": "149984",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-reset-tokens": "6m0s",
    },
    { requestsLeft: 59, requestsResetMs: 1_000, tokensLeft: 149_984, tokensResetMs: 360_000 },
  ],
  [
    "what can be read of it",
    {
      "x-ratelimit-remaining-requests": "-1",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-requests": "soon",
      "x-ratelimit-reset-tokens": "20ms",
    },
    { tokensLeft: 0, tokensResetMs: 20 },
  ],
  ["nothing where nothing is said", { "x-ratelimit-limit-requests": "60" }, undefined],
])("reads %s", (_what, headers, limits) => {
  expect(read(headers)).toEqual(limits);
});
