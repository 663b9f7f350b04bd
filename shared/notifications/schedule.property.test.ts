import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotificationSchedule, Weekday } from "../api/notifications.ts";
import { isOpen, nextOpening } from "./schedule.ts";

const zones = [
  ...["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"],
  ...["America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "America/Santiago"],
];
const weekdays = ["mon", "tue", "wed", "thu", "fri"];

function schedule(
  timeZone: string,
  from: string,
  to: string,
  days: string[] = weekdays,
): NotificationSchedule {
  return NotificationSchedule.parse({ days, from, to, timeZone });
}

const at = (text: string) => Date.parse(text);
const opens = (given: NotificationSchedule, from: string) =>
  new Date(nextOpening(given, at(from))).toISOString();

describe("a schedule", () => {
  it.each([
    ["2026-01-05T07:59:59.999Z", false],
    ["2026-01-05T08:00:00.000Z", true],
    ["2026-01-05T16:59:59.999Z", true],
    ["2026-01-05T17:00:00.000Z", false],
    ["2026-01-03T12:00:00.000Z", false],
    // Summer time: an hour earlier by UTC.
    ["2026-07-06T07:00:00.000Z", true],
    ["2026-07-06T16:00:00.000Z", false],
  ])("of 9 to 18 in Berlin is at %s open: %s", (time, isExpected) => {
    expect(isOpen(schedule("Europe/Berlin", "09:00", "18:00"), at(time))).toBe(isExpected);
  });

  it("over midnight belongs to the day on which it began", () => {
    const night = schedule("UTC", "22:00", "06:00", ["fri"]);
    expect(isOpen(night, at("2026-01-09T23:00:00Z"))).toBe(true);
    expect(isOpen(night, at("2026-01-10T05:59:00Z"))).toBe(true);
    expect(isOpen(night, at("2026-01-10T22:00:00Z"))).toBe(false);
    expect(isOpen(night, at("2026-01-09T05:00:00Z"))).toBe(false);
    expect(opens(night, "2026-01-10T06:00:00Z")).toBe("2026-01-16T22:00:00.000Z");
  });

  it("of the same time twice is open the whole day", () => {
    const days = schedule("UTC", "08:00", "08:00", ["mon"]);
    expect(isOpen(days, at("2026-01-05T08:00:00Z"))).toBe(true);
    expect(isOpen(days, at("2026-01-06T07:59:59Z"))).toBe(true);
    expect(isOpen(days, at("2026-01-06T08:00:00Z"))).toBe(false);
  });

  it("opens with the leap where summer time leaps over its opening", () => {
    const early = schedule("Europe/Berlin", "02:30", "05:00", ["sun"]);
    expect(opens(early, "2026-03-28T12:00:00Z")).toBe("2026-03-29T01:00:00.000Z");
  });

  it("opens at nine by the wall before and after the clocks change", () => {
    const office = schedule("America/New_York", "09:00", "17:00");
    expect(opens(office, "2026-03-06T23:00:00Z")).toBe("2026-03-09T13:00:00.000Z");
    expect(opens(office, "2026-10-30T22:00:00Z")).toBe("2026-11-02T14:00:00.000Z");
    expect(opens(office, "2026-01-30T23:00:30Z")).toBe("2026-02-02T14:00:00.000Z");
  });

  it("is open already where it is", () => {
    expect(opens(schedule("UTC", "09:00", "17:00"), "2026-01-05T10:00:30.500Z")).toBe(
      "2026-01-05T10:00:30.500Z",
    );
  });

  it("opens at the first minute at which it is open, in any zone, at any time of the year", () => {
    const clockTime = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
    const anySchedule = fc.record({
      days: fc.uniqueArray(fc.constantFrom(...Weekday.options), { minLength: 1 }),
      ...{ from: clockTime, to: clockTime, timeZone: fc.constantFrom(...zones) },
      outside: fc.constant("hold" as const),
    });
    // Around the changes of the clocks as often as anywhere.
    const changes = ["2026-03-08T06:00Z", "2026-03-29T00:00Z", "2026-04-04T15:00Z", "2026-10-25T00:00Z"].map(
      at,
    );
    const time = fc.oneof(
      fc.integer({ min: at("2026-01-01T00:00Z"), max: at("2027-01-01T00:00Z") }),
      fc
        .tuple(fc.constantFrom(...changes), fc.integer({ min: -36e5 * 30, max: 36e5 * 6 }))
        .map(([a, b]) => a + b),
    );
    fc.assert(
      fc.property(anySchedule, time, (given, from) => {
        const opening = nextOpening(given, from);
        expect(isOpen(given, opening)).toBe(true);
        expect(opening === from || opening % 60_000 === 0).toBe(true);
        // Every minute of the three days before, and none of them is open.
        const first = Math.max(from, opening - 3 * 86_400_000);
        for (let minute = Math.ceil(first / 60_000) * 60_000; minute < opening; minute += 60_000)
          if (isOpen(given, minute)) expect.fail(`open at ${new Date(minute).toISOString()} already`);
      }),
      { numRuns: 150 },
    );
  });
});
