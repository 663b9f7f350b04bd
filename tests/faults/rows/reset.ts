import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

export const reset: Row = {
  name: "connection reset",
  provider: "resets the connection before headers",
  conea: "retries or fails over, and answers",
  check: ({ door, open }) =>
    open({ primary: "fault-reset" }, async (world) => {
      expectWhole(await door.ask(world));
      expect(world.seenBy(world.primary).length).toBeLessThanOrEqual(3);
      expectSeen(world, { fallback: 1 });
    }),
};
