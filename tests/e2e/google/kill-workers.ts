import { createDice } from "../../simulation/dice.ts";
import type { World } from "./open-world.ts";

/** How far each kill is from the one before it, in calls. */
const callsApart = 60;

/**
 * Kills workers in turn while they work, as many times as asked: one at a time, at the very moment at which a call begins, one
 * ends or an event is told, so that each step of a task's way is cut somewhere.
 */
export async function killWorkers(
  { workers, vendor, events }: World,
  { seed, times, among, withinMs }: { seed: number; times: number; among: number; withinMs: number },
): Promise<number> {
  const dice = createDice(seed, "kills");
  const signal = AbortSignal.timeout(withinMs);
  for (let kills = 0; kills < times; kills++) {
    await vendor.until(() => vendor.calls.length >= (kills + 1) * callsApart, withinMs);
    const moment = dice.pick(["began", "ended", "told"] as const);
    await (moment === "told" ? events.next(signal) : vendor.next(moment, signal));
    await workers.replace(kills % among);
  }
  return times;
}
