import { expect } from "vitest";
import type { Got } from "../doors/door.ts";
import { expectWhole } from "../expectations.ts";
import { factor, type Row } from "../row.ts";
import type { World } from "../world.ts";

const downMs = 60_000 / factor;
const recoveryMs = 30_000 / factor;
/** Two callers a second, as the row counts time. */
const everyMs = 500 / factor;
/** Those that open the breaker, with what was under way by then, and one every few seconds after. */
const mostCalls = 16;
/** How often is asked at least while it is down, and how often after it must be back. */
const enough = 5;

export const down: Row = {
  name: "down for 60 s",
  provider: "is down for 60 s and then healthy",
  conea:
    "breaker opens; the fallback serves meanwhile, with few probes; the primary serves again within 30 s of its recovery",
  check: ({ door, open }) =>
    open({ primary: `fault-down-for-${downMs}ms`, factor }, async (world) => {
      const asked = await askAlong(world, () => door.ask(world));
      for (const { got } of asked) expectWhole(got);
      const isBefore = ({ at }: { at: number }) => at < backAt(world);
      expect(asked.filter(isBefore).length).toBeGreaterThan(enough);
      expect(world.seenBy(world.primary).filter(isBefore).length).toBeLessThanOrEqual(mostCalls);
      const after = asked.filter(({ at }) => at > backAt(world) + recoveryMs);
      expect(new Set(after.map(({ got }) => got.model))).toEqual(new Set([world.primary]));
    }),
};

type Asked = { at: number; got: Got };

/** Asks one after another, until a few times after the primary must serve again. */
async function askAlong(world: World, ask: () => Promise<Got>): Promise<Asked[]> {
  const asked: Asked[] = [];
  let after = 0;
  while (after < enough) {
    const at = performance.now();
    const paced = new Promise((resolve) => setTimeout(resolve, everyMs));
    asked.push({ at, got: await ask() });
    after += Number(at > backAt(world) + recoveryMs);
    await paced;
  }
  return asked;
}

/** When the provider is healthy again: known once it has been asked. */
function backAt(world: World): number {
  return (world.seenBy(world.primary)[0]?.at ?? performance.now()) + downMs;
}
