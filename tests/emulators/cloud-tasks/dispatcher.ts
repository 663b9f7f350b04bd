import type { Clock } from "../../../shared/core/clock.ts";
import type { Dice } from "../../simulation/dice.ts";
import type { Pace } from "./pace.ts";
import type { Task } from "./task.ts";

/** A delivery that waits for its time. An echo is the second delivery of a task that needs none. */
export type Delivery = { task: Task; dueAt: number; isEcho: boolean };

export type Dispatcher = {
  add(delivery: Delivery): void;
  /** Forgets what waits of these tasks. */
  drop(names: ReadonlySet<string>): void;
  pause(): void;
  resume(): void;
  isPaused(): boolean;
  /** Resolves once nothing that was started runs. */
  settled(): Promise<void>;
};

export type DispatcherParts = {
  clock: Clock;
  pace: Pace;
  concurrent: number;
  /** Chooses among what is due; without it, what is due first goes first. */
  dice?: Dice;
  run: (delivery: Delivery) => Promise<void>;
};

/** Starts deliveries when they are due, as fast as the pace and as many at a time as is allowed. */
export function createDispatcher({ clock, pace, concurrent, dice, run }: DispatcherParts): Dispatcher {
  const waiting = new Set<Delivery>();
  const running = new Set<Promise<void>>();
  let isPaused = false;
  let cancelTimer = () => {};

  function chooseDue(): Delivery | undefined {
    const now = clock.now();
    const due = [...waiting].filter(({ dueAt }) => dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
    return dice ? due[dice.between(0, due.length - 1)] : due[0];
  }

  /** Starts what may start now, and comes back when the next may. What has no place is started by what ends. */
  function pump(): void {
    cancelTimer();
    let next = isPaused ? undefined : chooseDue();
    while (next && running.size < concurrent && pace.take(clock.now())) {
      waiting.delete(next);
      start(next);
      next = chooseDue();
    }
    if (!isPaused && running.size < concurrent) comeBack(next ? pace.nextAt(clock.now()) : nextDueAt());
  }

  function nextDueAt(): number {
    return Math.min(...[...waiting].map(({ dueAt }) => dueAt));
  }

  function comeBack(at: number): void {
    if (at === Number.POSITIVE_INFINITY) return;
    // A timer takes whole milliseconds, and must not fire a fraction early.
    cancelTimer = clock.after(Math.max(1, Math.ceil(at - clock.now())), pump);
  }

  function start(delivery: Delivery): void {
    const delivered = run(delivery).finally(() => {
      running.delete(delivered);
      pump();
    });
    running.add(delivered);
  }

  return {
    add(delivery) {
      waiting.add(delivery);
      pump();
    },
    drop(names) {
      for (const delivery of waiting) if (names.has(delivery.task.name)) waiting.delete(delivery);
    },
    pause() {
      isPaused = true;
      cancelTimer();
    },
    resume() {
      isPaused = false;
      pump();
    },
    isPaused: () => isPaused,
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
