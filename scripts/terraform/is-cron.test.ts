import { describe, expect, it } from "vitest";
import { isCron } from "./is-cron.ts";

describe("isCron", () => {
  it.each(["* * * * *", "*/5 * * * *", "0 3 * * 1-5", "15,45 0-6/2 1 12 7", "59 23 31 12 0"])(
    "takes %j",
    (text) => {
      expect(isCron(text)).toBe(true);
    },
  );

  it.each([
    ...["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"],
    ...["*/0 * * * *", "5-1 * * * *", "a * * * *", "1, * * * *", "-1 * * * *", "every 5 minutes"],
  ])("refuses %j", (text) => {
    expect(isCron(text)).toBe(false);
  });
});
