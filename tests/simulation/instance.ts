import type { Clock } from "../../shared/core/clock.ts";
import { type Ids, toId } from "../../shared/core/ids.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { History } from "./history.ts";
import type { World } from "./world.ts";

export type Role = "api" | "worker" | "sweeper";

/** One process of the product, as the world around it sees it. */
export type Instance = {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly dice: Dice;
  isAlive(): boolean;
  /** Runs `step` inside: at once, when the instance has come back from a stall, or never once it has died. */
  enter(step: () => void): void;
  /** A call to a port: travels there, takes effect, travels back. The instance may die or stall at it. */
  call<T>(effect: () => Promise<T>): Promise<T>;
  /** Ends it: nothing of it ever runs again. What it has sent still takes effect. */
  die(why: string): void;
  /** Freezes it: its timers and answers wait. */
  stall(forMs: number): void;
  onDeath(tell: () => void): void;
};

export type InstanceParts = {
  name: string;
  roles: readonly Role[];
  /** Real time at the world's beginning (epoch ms). */
  epochMs: number;
  /** How far at most its clock is off, either way. */
  skewMs: number;
  latencyMs: readonly [least: number, most: number];
  world: World;
  faults: Faults;
  history: History;
  dice: Dice;
};

/** Late by a little, within the life of a permit, or by a lot. */
const slow: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [50, 900],
  [1_000, 8_000],
];

export function createInstance(parts: InstanceParts): Instance {
  const { name, roles, world, faults, history, dice } = parts;
  const clock = createSkewedClock(parts, enter);
  const deaths: (() => void)[] = [];
  let alive = true;
  let frozenUntil = 0;

  function enter(step: () => void): void {
    if (!alive) return;
    if (world.now() >= frozenUntil) step();
    else world.after(frozenUntil - world.now(), () => enter(step));
  }

  function die(why: string): void {
    if (!alive) return;
    alive = false;
    history.record({ kind: "died", by: name, why });
    for (const tell of deaths.splice(0)) tell();
  }

  function stall(forMs: number): void {
    frozenUntil = world.now() + forMs;
    history.record({ kind: "stalled", by: name, forMs });
  }

  function send<T>(effect: () => Promise<T>): Promise<T> {
    const travel = (fault: "slow_there" | "slow_back") =>
      faults.strikes(fault, dice) ? dice.between(...dice.pick(slow)) : dice.between(...parts.latencyMs);
    const backMs = travel("slow_back");
    return new Promise<T>((resolve, reject) => {
      const answer = (settle: () => void) => void world.after(backMs, () => enter(settle));
      world.after(travel("slow_there"), () => {
        effect().then(
          (value) => answer(() => resolve(value)),
          (error) => answer(() => reject(error)),
        );
      });
    });
  }

  history.record({ kind: "born", by: name, offsetMs: clock.offsetMs() });
  return {
    name,
    roles,
    clock,
    ids: {
      newId: (prefix) =>
        toId(
          prefix,
          Uint8Array.from({ length: 17 }, () => dice.between(0, 255)),
        ),
    },
    dice,
    isAlive: () => alive,
    enter,
    die,
    stall,
    onDeath: (tell) => void (alive ? deaths.push(tell) : tell()),
    call(effect) {
      if (!alive) return never();
      if (faults.strikes("crash_before_call", dice)) die("crashed before a call");
      if (!alive) return never();
      if (faults.strikes("clock_shift", dice)) clock.shift();
      const answered = send(effect);
      if (faults.strikes("crash_after_call", dice)) die("crashed with a call under way");
      else if (faults.strikes("stall", dice)) stall(dice.between(30_000, 120_000));
      return answered;
    },
  };
}

/** A clock that is off by a constant until it is shifted, and whose timers belong to the instance. */
function createSkewedClock({ epochMs, skewMs, world, dice }: InstanceParts, enter: Instance["enter"]) {
  const draw = () => dice.between(-skewMs, skewMs);
  let offsetMs = draw();
  return {
    now: () => epochMs + world.now() + offsetMs,
    elapsed: () => world.now(),
    after(delayMs: number, run: () => void) {
      let cancelled = false;
      const cancel = world.after(delayMs, () => enter(() => cancelled || run()));
      return () => {
        cancelled = true;
        cancel();
      };
    },
    shift() {
      offsetMs = draw();
    },
    offsetMs: () => offsetMs,
  };
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
