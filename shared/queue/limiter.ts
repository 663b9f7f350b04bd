import { fromRate, type Rate } from "../config/rate.ts";

/**
 * The calls a queue has started, as its document keeps them: `starts` is the log of the most recent ones (epoch
 * milliseconds, rising), for rates up to 1,000; `arrivals` holds, by rate, the theoretical arrival time of GCRA for
 * rates above.
 */
export type LimiterState = { starts: number[]; arrivals: Record<string, number> };

export const emptyLimiter: LimiterState = { starts: [], arrivals: {} };

/** Above this count a rate is kept by GCRA in one number instead of a log. */
export const longestLog = 1_000;

/**
 * How long after its claim a call may start. Every window is widened by it, so that in any real window of a rate at
 * most `count` calls start, however long each took from claim to start. A tenth of the window: short enough to cost
 * little, long enough for a commit.
 */
export function permitLifeMs(rates: Rate[]): number {
  return Math.min(1_000, ...rates.map(({ periodMs }) => Math.max(periodMs / 10, 100)));
}

export type Permits = {
  /** How many calls may start now. `Infinity` without a rate. */
  free: number;
  /** The earliest time at which at least one may start: `now` when `free` is above 0. */
  nextAt: number;
};

/** What all of `rates` allow at `now`. */
export function permitsAt(state: LimiterState, rates: Rate[], now: number): Permits {
  const lifeMs = permitLifeMs(rates);
  const each = rates.map((rate) =>
    rate.count <= longestLog
      ? permitsByLog(state.starts, rate, lifeMs, now)
      : permitsByGcra(state, rate, lifeMs, now),
  );
  return {
    free: Math.min(Number.POSITIVE_INFINITY, ...each.map(({ free }) => free)),
    nextAt: Math.max(now, ...each.map(({ nextAt }) => nextAt)),
  };
}

/** The state after `count` calls were allowed at `now`. */
export function spendPermits(state: LimiterState, rates: Rate[], now: number, count: number): LimiterState {
  const lifeMs = permitLifeMs(rates);
  const logged = rates.filter((rate) => rate.count <= longestLog);
  const longest = Math.max(0, ...logged.map((rate) => rate.count));
  const widest = Math.max(0, ...logged.map((rate) => rate.periodMs + lifeMs));
  // A clock behind the log's end would break its order; the later time is the safe one.
  const at = Math.max(now, state.starts.at(-1) ?? now);
  const starts = longest === 0 ? [] : [...state.starts, ...Array<number>(count).fill(at)];
  const arrivals = rates
    .filter((rate) => rate.count > longestLog)
    .map((rate) => {
      const name = fromRate(rate);
      return [
        name,
        Math.max(state.arrivals[name] ?? now, now) + count * gcra(rate, lifeMs).intervalMs,
      ] as const;
    });
  return {
    starts: starts.slice(-longest || starts.length).filter((start) => start > at - widest),
    arrivals: Object.fromEntries(arrivals),
  };
}

function permitsByLog(starts: number[], rate: Rate, lifeMs: number, now: number): Permits {
  const windowMs = rate.periodMs + lifeMs;
  const recent = starts.slice(-rate.count);
  const blocking = recent.length < rate.count ? undefined : recent[0];
  const nextAt = blocking === undefined ? now : Math.max(now, blocking + windowMs);
  const inWindow = recent.filter((start) => start > now - windowMs).length;
  return { free: rate.count - inWindow, nextAt };
}

/** A burst of a hundredth and the rest spread evenly: together at most `count` in any widened window. */
function gcra(rate: Rate, lifeMs: number): { intervalMs: number; toleranceMs: number } {
  const burst = Math.ceil(rate.count / 100);
  const intervalMs = (rate.periodMs + lifeMs) / (rate.count - burst);
  return { intervalMs, toleranceMs: burst * intervalMs };
}

function permitsByGcra(state: LimiterState, rate: Rate, lifeMs: number, now: number): Permits {
  const { intervalMs, toleranceMs } = gcra(rate, lifeMs);
  const arrival = Math.max(state.arrivals[fromRate(rate)] ?? now, now);
  const free = Math.max(0, Math.floor((now + toleranceMs - arrival) / intervalMs + 1e-9));
  return { free, nextAt: free > 0 ? now : Math.ceil(arrival + intervalMs - toleranceMs) };
}
