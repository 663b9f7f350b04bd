import type { Clock } from "../core/clock.ts";

/** The longest delay a Node timer takes; a longer one would run at once. */
const maxTimerMs = 2 ** 31 - 1;

/** The machine's clock. A delay of 0 runs on the next turn of the event loop, without the millisecond a timer adds. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (delayMs, run) => (delayMs > 0 ? startTimer(delayMs, run) : startImmediate(run)),
};

function startTimer(delayMs: number, run: () => void): () => void {
  if (delayMs > maxTimerMs) return startLongTimer(delayMs, run);
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

function startLongTimer(delayMs: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  function wait(restMs: number): void {
    const stepMs = Math.min(restMs, maxTimerMs);
    timer = setTimeout(() => (restMs > stepMs ? wait(restMs - stepMs) : run()), stepMs);
  }
  wait(delayMs);
  return () => clearTimeout(timer);
}

function startImmediate(run: () => void): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}
