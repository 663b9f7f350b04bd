import { expect, test } from "vitest";
import type { RateLimits } from "../provider.ts";
import { toRateLimits } from "./to-rate-limits.ts";

const now = () => Date.UTC(2026, 10, 23, 10, 0, 0);
const read = (headers: Record<string, string>) =>
  toRateLimits(
    new Headers(
      Object.entries(headers).map(([name, value]) => [
        name === "date" ? name : `anthropic-ratelimit-${name}`,
        value,
      ]),
    ),
    now,
  );

test.each<[string, Record<string, string>, RateLimits | undefined]>([
  [
    "requests and tokens, by the date of the answer",
    {
      date: "Mon, 23 Nov 2026 12:00:00 GMT",
      "requests-remaining": "999",
      "requests-reset": "2026-11-23T12:00:01Z",
      "tokens-remaining": "312000",
      "tokens-reset": "2026-11-23T12:00:15.5Z",
    },
    { requestsLeft: 999, requestsResetMs: 1_000, tokensLeft: 312_000, tokensResetMs: 15_500 },
  ],
  [
    "the tightest of the token limits, with its own reset",
    {
      "tokens-remaining": "50000",
      "tokens-reset": "2026-11-23T10:00:10Z",
      "input-tokens-remaining": "42000",
      "input-tokens-reset": "2026-11-23T10:00:20Z",
      "output-tokens-remaining": "7000",
      "output-tokens-reset": "2026-11-23T11:00:30+01:00",
    },
    { tokensLeft: 7_000, tokensResetMs: 30_000 },
  ],
  [
    "no less than nothing, and no more than a day",
    {
      "requests-remaining": "0",
      "requests-reset": "2026-11-23T09:59:00Z",
      "output-tokens-remaining": "0",
      "output-tokens-reset": "2036-11-23T10:00:00Z",
    },
    { requestsLeft: 0, requestsResetMs: 0, tokensLeft: 0, tokensResetMs: 86_400_000 },
  ],
  [
    "what can be read of it",
    {
      date: "yesterday",
      "requests-remaining": "-3",
      "requests-reset": "12",
      "tokens-remaining": "lots",
      "tokens-reset": "2026-13-45T99:00:00Z",
      "input-tokens-remaining": "5",
      "input-tokens-reset": "2026-11-23T10:00:02Z",
    },
    { tokensLeft: 5, tokensResetMs: 2_000 },
  ],
  ["nothing where nothing is said", { "requests-limit": "1000" }, undefined],
])("reads %s", (_what, headers, limits) => {
  expect(read(headers)).toEqual(limits);
});
