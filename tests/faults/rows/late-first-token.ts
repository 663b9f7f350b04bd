import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";

/** Less than for others: the limits are closer together than the delays of a busy machine. */
const factor = 4;

export const lateFirstToken: Row = {
  name: "first token after 20 s",
  provider: "sends headers at once and the first token after 20 s",
  conea: "fails over on a first-token limit; the whole call stays under 15 s",
  async check({ door, open }) {
    // A vendor may say whose words will follow, long before the first of them.
    for (const kind of ["fault-first-token-after", "fault-opened-first-token-after"]) {
      await open({ primary: `${kind}-${20_000 / factor}ms`, factor }, async (world) => {
        const got = await door.ask(world);
        expectWhole(got);
        expect(got.model).toBe(world.fallback);
        expect(got.tookMs).toBeLessThan(15_000 / factor);
        expectSeen(world, { primary: 1, fallback: 1 });
        await world.idle();
        expect(world.seenBy(world.primary)[0]?.isAborted).toBe(true);
      });
    }
  },
};
