import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

export const failingOnce: Row = {
  name: "500 once",
  provider: "answers 500 once",
  conea: "retries the same provider once and answers",
  check: ({ door, open }) =>
    open({ primary: "fault-500-once" }, async (world) => {
      const got = await door.ask(world);
      expectWhole(got);
      expect(got.model).toBe(world.primary);
      expectSeen(world, { primary: 2, fallback: 0 });
    }),
};
