import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

/** As many calls as two retries make, and as long as one request may take. */
const budget = { calls: 3, ms: 30_000 };

export const unavailable: Row = {
  name: "503 for ever",
  provider: "answers 503 for ever",
  conea: "fails over within the budget",
  check: ({ door, open }) =>
    open({ primary: "fault-503" }, async (world) => {
      const got = await door.ask(world);
      expectWhole(got);
      expect(got.model).toBe(world.fallback);
      expect(got.tookMs).toBeLessThan(budget.ms);
      expect(world.seenBy(world.primary).length).toBeLessThanOrEqual(budget.calls);
      expectSeen(world, { fallback: 1 });
    }),
};
