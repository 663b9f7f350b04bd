import { expect } from "vitest";
import { expectSeen, expectWhole } from "../expectations.ts";
import { factor, type Row } from "../row.ts";

const idleMs = 30_000 / factor;
/** By so much a busy machine may be late. */
const lateMs = 1_000;

export const stall: Row = {
  name: "stall after 20 tokens",
  provider: "stalls after 20 tokens with the line open",
  conea: "detects it inside the idle limit, rescues, stays healthy",
  check: ({ door, open }) =>
    open({ primary: "fault-stall-after-20", factor }, async (world) => {
      const got = await door.ask(world);
      expectWhole(got);
      expect(got.tookMs).toBeLessThan(2 * idleMs);
      expectSeen(world, { primary: 1 });
      await world.idle();
      const [stalled] = world.seenBy(world.primary);
      expect(stalled?.isAborted).toBe(true);
      expect((stalled?.endedAt ?? 0) - (stalled?.saidAt ?? 0)).toBeLessThan(idleMs + lateMs);
      expectWhole(await door.ask(world, world.fallback));
      const { status } = await fetch(`${world.url}/readyz`);
      expect(status).toBe(200);
    }),
};
