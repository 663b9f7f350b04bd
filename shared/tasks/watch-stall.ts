import type { Clock } from "../core/clock.ts";

export type StallLimits = { firstTokenMs?: number | undefined; idleMs?: number | undefined };

/**
 * Watches a streamed call: `onStall` is called once when nothing has come `firstTokenMs` after the start, or nothing more
 * for `idleMs`. `saw` is told of each sign of life; `stop` ends the watch.
 */
export function watchStall(clock: Clock, { firstTokenMs, idleMs }: StallLimits, onStall: () => void) {
  const limit = firstTokenMs ?? idleMs;
  // Not even the time is asked for: signs of life come by the token.
  if (limit === undefined) return { saw() {}, stop() {} };
  let cancel = () => {};
  let lastAt = clock.now();
  const wait = (limitMs: number, restMs = limitMs) => {
    cancel = clock.after(restMs, () => {
      const silentMs = clock.now() - lastAt;
      // Signs of life only note the time: a timer for each would cost more than the stream itself.
      if (silentMs < limitMs) wait(limitMs, limitMs - silentMs);
      else onStall();
    });
  };
  let isStarted = false;
  wait(limit);
  return {
    saw() {
      lastAt = clock.now();
      if (isStarted) return;
      isStarted = true;
      cancel();
      if (idleMs !== undefined) wait(idleMs);
    },
    stop: () => cancel(),
  };
}
