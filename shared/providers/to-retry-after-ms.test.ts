import { expect, test } from "vitest";
import { toRetryAfterMs } from "./to-retry-after-ms.ts";

const now = () => Date.UTC(2026, 10, 23, 10, 0, 0);
const read = (headers: Record<string, string>) => toRetryAfterMs(new Headers(headers), now);

test.each<[Record<string, string>, number]>([
  [{ "retry-after": "20" }, 20_000],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "1.5" }, 1_500],
  [{ "retry-after-ms": "750.2" }, 751],
  [{ "retry-after-ms": "750", "retry-after": "1" }, 750],
  [{ "retry-after-ms": "later", "retry-after": "1" }, 1_000],
  [{ "retry-after": "Mon, 23 Nov 2026 10:00:30 GMT" }, 30_000],
  [{ "retry-after": "Mon, 23 Nov 2026 09:59:30 GMT" }, 0],
  [{ "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", date: "Mon, 23 Nov 2026 12:00:00 GMT" }, 30_000],
  [{ "retry-after": "99999999999" }, 86_400_000],
])("reads %j", (headers, waitMs) => {
  expect(read(headers)).toBe(waitMs);
});

test.each<Record<string, string>>([
  {},
  { "retry-after": "" },
  { "retry-after": "soon" },
  { "retry-after": "-5" },
])("finds no wait in %j", (headers) => {
  expect(read(headers)).toBeUndefined();
});

test("finds no wait where there are no headers", () => {
  expect(toRetryAfterMs(undefined)).toBeUndefined();
});
