import type { Clock } from "../../core/clock.ts";
import { type Log, toErrorField } from "../../core/log.ts";
import type { Wake, Wakes } from "../wakes.ts";
import { retry } from "./retry.ts";

export type EmbeddedWakesOptions = {
  clock: Clock;
  /** A delivery that rejects is tried again a few times, then left to the sweep. */
  deliver: (wake: Wake) => Promise<void>;
  log: Log;
};

export type EmbeddedWakes = {
  wakes: Wakes;
  /** Forgets the wakes that wait, and resolves once no delivery is running. */
  close(): Promise<void>;
};

/**
 * Wakes as timers of this process. A wake whose time has come starts on the next turn of the event loop, never inside
 * the caller's stack. Its name is free again as soon as its delivery starts, so a wake that comes then is not lost.
 */
export function createEmbeddedWakes({ clock, deliver, log }: EmbeddedWakesOptions): EmbeddedWakes {
  const waiting = new Map<string, () => void>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();

  async function run(wake: Wake): Promise<void> {
    try {
      await retry(clock, () => deliver(wake), closing.signal);
    } catch (error) {
      log.warn("a wake could not be delivered and is left to the sweep", {
        queue: wake.queue,
        ...toErrorField(error),
      });
    }
  }

  function start(wake: Wake): void {
    const delivery = run(wake).finally(() => running.delete(delivery));
    running.add(delivery);
  }

  return {
    wakes: {
      slotMs: 0,
      async ensure(wake, name, at) {
        if (closing.signal.aborted || waiting.has(name)) return;
        const cancel = clock.after(Math.max(0, at - clock.now()), () => {
          waiting.delete(name);
          start(wake);
        });
        waiting.set(name, cancel);
      },
    },
    async close() {
      closing.abort();
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
      await Promise.all(running);
    },
  };
}
