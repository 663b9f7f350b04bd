import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import { factor, type Row } from "../row.ts";

export const neverAnswers: Row = {
  name: "never answers",
  provider: "never answers",
  conea:
    "gives up after its timeout, does not try the silent route again, fails over; under 100 s with 30 s timeouts",
  async check({ door, open }) {
    for (const primary of ["fault-silent", "fault-headers-then-silence"]) {
      await open({ primary, factor }, async (world) => {
        const got = await door.ask(world);
        expectWhole(got);
        expect(got.tookMs).toBeLessThan(100_000 / factor);
        expectSeen(world, { primary: 1, fallback: 1 });
        await world.idle();
        expect(world.seenBy(primary)[0]?.isAborted).toBe(true);
      });
    }
  },
};
