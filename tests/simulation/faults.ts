import type { Dice } from "./dice.ts";
import type { World } from "./world.ts";

/** What can go wrong. A scenario gives each a chance per opportunity. */
export const faultKinds = [
  "crash_before_call",
  "crash_after_call",
  "shutdown",
  "stall",
  "clock_shift",
  "slow_there",
  "slow_back",
  "read_failed",
  "commit_failed",
  "commit_conflict",
  "commit_unknown_done",
  "commit_unknown_undone",
  "listener_late",
  "blob_failed",
  "wake_failed",
  "wake_failed_done",
  "wake_lost",
  "wake_twice",
  "wake_late",
  "publish_failed",
  "publish_failed_done",
  "event_twice",
  "event_late",
  "sweep_skipped",
  "sweep_twice",
  "call_hangs",
  "call_deaf",
  "call_late",
  "call_cut",
  "call_rate_limited",
  "call_rate_limited_for",
  "call_overloaded",
  "call_timeout",
  "call_connection",
  "call_unknown",
  "call_refused",
  "call_broken",
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type Chances = Partial<Record<FaultKind, number>>;
export type FaultCounts = Partial<Record<FaultKind, number>>;

/** For a while one kind of fault is the rule. */
export type Storm = { kind: FaultKind; fromMs: number; untilMs: number; chance: number };

export type FaultPlan = { chances: Chances; storms: Storm[]; untilMs: number };

export type Faults = {
  /** Throws the dice for one opportunity, and counts what strikes. Never strikes once the fault phase is over. */
  strikes(kind: FaultKind, dice: Dice): boolean;
  /** The first of these that strikes. */
  firstOf<K extends FaultKind>(kinds: readonly K[], dice: Dice): K | undefined;
  counts: FaultCounts;
};

export function createFaults(plan: FaultPlan, world: World): Faults {
  const counts: FaultCounts = {};

  function chanceOf(kind: FaultKind): number {
    const now = world.now();
    if (now >= plan.untilMs) return 0;
    const storms = plan.storms.filter(
      (storm) => storm.kind === kind && storm.fromMs <= now && now < storm.untilMs,
    );
    return Math.max(plan.chances[kind] ?? 0, ...storms.map(({ chance }) => chance));
  }

  function strikes(kind: FaultKind, dice: Dice): boolean {
    if (!dice.chance(chanceOf(kind))) return false;
    counts[kind] = (counts[kind] ?? 0) + 1;
    return true;
  }

  return { strikes, firstOf: (kinds, dice) => kinds.find((kind) => strikes(kind, dice)), counts };
}
