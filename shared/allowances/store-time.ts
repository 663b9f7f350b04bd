import type { Clock } from "../core/clock.ts";

/** The store's time as this process can tell it: its own clock's until the store was first asked, then measured from there. */
export type StoreTime = {
  now(): number;
  /** Learns from an answer that says it was given at `time` (epoch ms) to what was asked at `askedAt` (elapsed). */
  learn(time: number, askedAt: number): void;
};

export function createStoreTime(clock: Clock): StoreTime {
  let offsetMs: number | undefined;
  return {
    now: () => (offsetMs === undefined ? clock.now() : clock.elapsed() + offsetMs),
    learn(time, askedAt) {
      if (Number.isFinite(time)) offsetMs = time - askedAt;
    },
  };
}
