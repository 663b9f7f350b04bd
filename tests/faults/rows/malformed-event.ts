import { expect } from "vitest";
import { expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

export const malformedEvent: Row = {
  name: "malformed event",
  provider: "sends one malformed event in the stream",
  conea: "recovers in place or rescues; nothing garbled reaches the caller",
  check: ({ door, open }) =>
    open({ primary: "fault-malformed-after-30" }, async (world) => {
      expectWhole(await door.ask(world));
      expect(world.seenBy(world.primary).length).toBeLessThanOrEqual(3);
    }),
};
