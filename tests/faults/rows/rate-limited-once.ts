import { expect } from "vitest";
import { expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

/** Timers of this process and of Conea may differ by that much. */
const toleranceMs = 5;

export const rateLimitedOnce: Row = {
  name: "429 with Retry-After, once",
  provider: "answers 429 with `Retry-After: 2` once",
  conea: "waits at least that long (or goes elsewhere), never hammers, answers",
  check: ({ door, open }) =>
    open({ primary: "fault-429-once" }, async (world) => {
      expectWhole(await door.ask(world));
      const [first, second, ...more] = world.seenBy(world.primary);
      expect(more).toEqual([]);
      if (second) expect(second.at - (first?.at ?? 0)).toBeGreaterThan(2_000 - toleranceMs);
      else expect(world.seenBy(world.fallback)).toHaveLength(1);
    }),
};
