import { expect } from "vitest";
import { expectWhole, mostWithin } from "../expectations.ts";
import type { Row } from "../row.ts";

export const rateLimited: Row = {
  name: "429 for ever",
  provider: "answers 429 for ever, no header",
  conea: "backs off with jitter, at most 4 tries in 3 s and 6 in all, then the fallback answers",
  check: ({ door, open }) =>
    open({ primary: "fault-429" }, async (world) => {
      const got = await door.ask(world);
      expectWhole(got);
      expect(got.model).toBe(world.fallback);
      const times = world.seenBy(world.primary).map(({ at }) => at);
      expect(times.length).toBeGreaterThan(1);
      expect(times.length).toBeLessThanOrEqual(6);
      expect(mostWithin(times, 3_000)).toBeLessThanOrEqual(4);
    }),
};
