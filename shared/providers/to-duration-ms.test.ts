import { expect, test } from "vitest";
import { toCount } from "./to-count.ts";
import { toDurationMs } from "./to-duration-ms.ts";

test.each([
  ["1s", 1_000],
  ["0s", 0],
  ["6m0s", 360_000],
  ["20ms", 20],
  ["7.66s", 7_660],
  ["8.6412ms", 9],
  ["1h2m3s", 3_723_000],
  ["1m0.5s", 60_500],
  ["2d", 86_400_000],
  ["9999999999999h", 86_400_000],
])("reads the duration %s as %i ms", (text, ms) => {
  expect(toDurationMs(text)).toBe(ms);
});

test.each([
  null,
  "",
  " ",
  "1",
  "60",
  "-1s",
  "1.s",
  "s",
  "ms",
  "1y",
  "1s ",
  "soon",
  "1s1",
  "∞",
  "1e3s",
  "0x1s",
])("takes %j for no duration", (text) => {
  expect(toDurationMs(text)).toBeUndefined();
});

test.each([
  ["0", 0],
  ["59", 59],
  [" 150000 ", 150_000],
])("reads the count %j", (text, count) => {
  expect(toCount(text)).toBe(count);
});

test.each([null, "", " ", "-1", "1.5", "1e3", "0x10", "many", "NaN", "9".repeat(20)])(
  "takes %j for no count",
  (text) => {
    expect(toCount(text)).toBeUndefined();
  },
);
