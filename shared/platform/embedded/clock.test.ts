import { describe, vi } from "vitest";
import { describeClock } from "../clock.contract.ts";
import { systemClock } from "./clock.ts";

describe("the system clock", () => {
  describeClock(() => {
    vi.useFakeTimers();
    return {
      clock: systemClock,
      pass: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
      setBack: (ms) => void vi.setSystemTime(Date.now() - ms),
      close: () => void vi.useRealTimers(),
    };
  });
});
