import type { Clock } from "../../shared/core/clock.ts";
import type { Dice } from "../simulation/dice.ts";
import type { Chances } from "./mortal-instance.ts";

/** While things go wrong: in the first two hours of a simulation that is not quiet. */
export type Storm = {
  isOn(): boolean;
  /** Whether something of this probability goes wrong now, more or less by how bad the storm is. */
  chance(probability: number): boolean;
  strikes(kind: keyof Chances): boolean;
  /** Since the simulation began. */
  sinceMs(): number;
};

export const stormMs = 2 * 3_600_000;
const worst: Chances = {
  ...{ readFailed: 0.02, commitFailed: 0.02, conflict: 0.02, unknownDone: 0.02, unknownUndone: 0.01 },
};

export function createStorm(clock: Clock, dice: Dice, isQuiet: boolean): Storm {
  const startMs = clock.now();
  const severity = dice.next();
  const sinceMs = () => clock.now() - startMs;
  const isOn = () => !isQuiet && sinceMs() < stormMs;
  const chance = (probability: number) => isOn() && dice.chance(probability * severity);
  return { isOn, sinceMs, chance, strikes: (kind) => chance(worst[kind]) };
}
