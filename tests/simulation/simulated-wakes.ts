import type { Wake, Wakes } from "../../shared/platform/wakes.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { History } from "./history.ts";
import type { Instance } from "./instance.ts";
import type { World } from "./world.ts";

/** Who takes a wake. */
export type Worker = { instance: Instance; handleWake(wake: Wake): Promise<void> };

export type WakeServiceParts = {
  world: World;
  faults: Faults;
  dice: Dice;
  epochMs: number;
  slotMs: number;
  /** A living worker, if there is one. */
  findWorker: (dice: Dice) => Worker | undefined;
  history: History;
};

export type WakeService = {
  slotMs: number;
  ensure(wake: Wake, name: string, at: number): void;
  /** Loses every wake that waits. */
  forget(): void;
};

/** A handler that takes longer is called again meanwhile, as Cloud Tasks does. */
const deadlineMs = 600_000;
const mostTries = 6;

/**
 * With slots: Cloud Tasks. A name stays taken after its delivery; a rejected delivery is repeated with a pause, then
 * silently dropped. Without: timers, whose names are free again once they fire.
 */
export function createWakeService(parts: WakeServiceParts): WakeService {
  const { world, faults, slotMs, epochMs } = parts;
  const taken = new Set<string>();
  const diceOf = new Map<string, Dice>();
  /** Wakes of before are lost. */
  let era = 0;

  /** Each queue has dice of its own, so that what happens to one changes nothing for another. */
  function diceFor({ queue }: Wake): Dice {
    const dice = diceOf.get(queue) ?? parts.dice.fork(queue);
    diceOf.set(queue, dice);
    return dice;
  }

  function deliver(wake: Wake, tries = 1, born = era): void {
    if (born !== era) return;
    const dice = diceFor(wake);
    const again = (delayMs: number) =>
      void (tries < mostTries && world.after(delayMs, () => deliver(wake, tries + 1, born)));
    const worker = parts.findWorker(dice);
    if (!worker) return void world.after(1_000, () => deliver(wake, tries, born));
    let isOpen = true;
    const close = (delayMs?: number) => {
      if (!isOpen) return;
      isOpen = false;
      if (delayMs !== undefined) again(delayMs);
    };
    worker.instance.onDeath(() => close(dice.between(1_000, 10_000)));
    if (slotMs > 0) world.after(deadlineMs, () => close(0));
    handle(worker, wake, (succeeded) => close(succeeded ? undefined : 200 * 2 ** tries));
  }

  function handle({ instance, handleWake }: Worker, wake: Wake, then: (succeeded: boolean) => void): void {
    instance.enter(() => {
      parts.history.record({ kind: "woken", ...wake, by: instance.name });
      handleWake(wake).then(
        () => then(true),
        () => then(false),
      );
    });
  }

  function plan(wake: Wake, name: string, delayMs: number): void {
    const born = era;
    world.after(delayMs, () => {
      if (slotMs === 0) taken.delete(name);
      deliver(wake, 1, born);
    });
  }

  return {
    slotMs,
    forget() {
      era += 1;
    },
    ensure(wake, name, at) {
      if (taken.has(name)) return;
      taken.add(name);
      const dice = diceFor(wake);
      const delayMs = Math.max(0, at - epochMs - world.now());
      const lateMs = faults.strikes("wake_late", dice) ? dice.between(1_000, 300_000) : 0;
      if (!faults.strikes("wake_lost", dice)) plan(wake, name, delayMs + lateMs);
      else if (slotMs === 0) taken.delete(name);
      if (faults.strikes("wake_twice", dice)) plan(wake, name, delayMs + dice.between(0, 30_000));
    },
  };
}

/** The wakes as an instance meets them: a call may fail, or take effect and report failure. */
export function connectWakes(service: WakeService, instance: Instance, faults: Faults): Wakes {
  const { dice } = instance;
  return {
    slotMs: service.slotMs,
    ensure: (wake, name, at) =>
      instance.call(async () => {
        if (faults.strikes("wake_failed", dice)) throw new Error("the wake service is unavailable");
        service.ensure(wake, name, at);
        if (faults.strikes("wake_failed_done", dice)) throw new Error("no answer from the wake service");
      }),
  };
}
