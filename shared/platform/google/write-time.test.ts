import fc from "fast-check";
import { expect, it } from "vitest";
import { toTimestamp, toWriteTime } from "./write-time.ts";

it("loses no microsecond on the way to text and back", () => {
  const times = fc.record({ seconds: fc.integer({ min: 0, max: 4_102_444_800 }), micros: fc.nat(999_999) });
  fc.assert(
    fc.property(times, ({ seconds, micros }) => {
      const timestamp = { seconds, nanos: micros * 1_000 };
      expect(toTimestamp(toWriteTime(timestamp))).toEqual(timestamp);
    }),
    { seed: 20_261_125 },
  );
});

it("writes RFC 3339 in UTC with six digits, so that text order is time order", () => {
  expect(toWriteTime({ seconds: "1795640705", nanos: 45_000 })).toBe("2026-11-25T21:05:05.000045Z");
});

it.each(["", "yesterday", "2026-11-25T21:05:05Z", "2026-11-25T21:05:05.123Z", "2026-13-25T21:05:05.000045Z"])(
  "knows no document's time in %j",
  (text) => {
    expect(toTimestamp(text)).toBeUndefined();
  },
);
