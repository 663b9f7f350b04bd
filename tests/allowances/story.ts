import { createDice } from "../simulation/dice.ts";

/** Plain data that decides a run. Amounts are small, so that a story is about the last of them. */
export type Story = {
  seed: number;
  instances: number;
  requests: number;
  /** How long requests keep coming. */
  busyMs: number;
  hasFaults: boolean;
  /** How long at most somebody takes between reserving and creating. */
  pauseMs: number;
  /** While it lasts, most commits take effect long after their answers were lost. */
  storm?: { fromMs: number; untilMs: number };
  /** By measure, as conea.yaml writes them. */
  user: { requests: string; activeTasks: number };
  tenant: { micros: string; tokens: string };
  /** Another limit of the tenant's money, from a time on. */
  change?: { atMs: number; micros: string };
};

/** The story of a seed: 1, 8 or 64 instances, or any number between. */
export function toStory(seed: number, changes: Partial<Story> = {}): Story {
  const dice = createDice(seed, "story");
  const instances = dice.pick([1, 2, 8, dice.between(2, 16), 64]);
  const requests = dice.between(40, 400);
  const micros = dice.pick([500, 20_000, 100_000, 1_000_000]);
  return {
    seed,
    instances,
    requests,
    busyMs: dice.between(60_000, 30 * 60_000),
    hasFaults: dice.chance(0.85),
    pauseMs: dice.pick([1_000, 90_000, 15 * 60_000]),
    ...(dice.chance(0.3) && { storm: toStorm(dice.between(0, 10 * 60_000)) }),
    user: { requests: `${dice.pick([20, 200, 5_000])}/hour`, activeTasks: dice.pick([3, 40, 1_000]) },
    tenant: { micros: `${micros}/day`, tokens: `${dice.pick([20_000, 500_000])}/month` },
    ...(dice.chance(0.3) && {
      change: {
        atMs: dice.between(0, 20 * 60_000),
        micros: `${Math.floor(micros * dice.pick([0.3, 0.9, 2]))}/day`,
      },
    }),
    ...changes,
  };
}

function toStorm(fromMs: number) {
  return { fromMs, untilMs: fromMs + 5 * 60_000 };
}
