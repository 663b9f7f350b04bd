import { fromRate, type Rate } from "../config/rate.ts";

/**
 * The calls a queue has let through, as its document keeps them. For rates up to 1,000 `starts` is the log of the most
 * recent ones, each by the time until which it may start (epoch milliseconds, rising); for rates above, `arrivals` holds the
 * theoretical arrival time of GCRA by rate.
 *
 * A call starts between its claim's `now` and its `startBy`. A claim counts those whose `startBy` is in the window before
 * its own `now`: so in any window as the provider sees it at most `count` calls start, however long each took to start.
 */
export type LimiterState = { starts: number[]; arrivals: Record<string, number> };

export const emptyLimiter: LimiterState = { starts: [], arrivals: {} };

/** Above this count a rate is kept by GCRA in one number instead of a log. */
export const longestLog = 1_000;

/**
 * How long after its claim a call may start, where the store answers as fast as usual. A tenth of the shortest window:
 * little enough that a limit is used nearly whole, long enough for a commit.
 */
export function permitLifeMs(rates: Rate[]): number {
  return Math.min(1_000, ...rates.map(({ periodMs }) => Math.max(Math.ceil(periodMs / 10), 100)));
}

/**
 * The longest that life may become where the store is slow. The log bears any; GCRA's window is widened by it, which
 * costs that much of the rate.
 */
export function longestLifeMs(rates: Rate[]): number {
  return rates.every(({ count }) => count <= longestLog) ? 4_000 : permitLifeMs(rates) * 4;
}

/**
 * How often a busy queue is claimed from: once a second, which is what its document bears. A rate kept by GCRA twice while its
 * burst is refilled: no claim may take more than that, and what is not taken by then is lost.
 */
export function claimPaceMs(rates: Rate[]): number {
  const lateMs = longestLifeMs(rates);
  const refills = rates
    .filter(({ count }) => count > longestLog)
    .map((rate) => gcra(rate, lateMs).toleranceMs / 2);
  return Math.min(1_000, ...refills);
}

export type Permits = {
  /** How many calls may be let through now. `Infinity` without a rate. */
  free: number;
  /** The earliest time at which at least one may: `now` when `free` is above 0. */
  nextAt: number;
};

/** What all of `rates` allow at `now`. */
export function permitsAt(state: LimiterState, rates: Rate[], now: number): Permits {
  const lateMs = longestLifeMs(rates);
  const each = rates.map((rate) =>
    rate.count <= longestLog
      ? permitsByLog(state.starts, rate, now)
      : permitsByGcra(state, rate, lateMs, now),
  );
  return {
    free: Math.min(Number.POSITIVE_INFINITY, ...each.map(({ free }) => free)),
    nextAt: Math.max(now, ...each.map(({ nextAt }) => nextAt)),
  };
}

/** The state after `count` calls were let through at `now` that start by `startBy`. */
export function spendPermits(
  state: LimiterState,
  rates: Rate[],
  { now, startBy }: { now: number; startBy: number },
  count: number,
): LimiterState {
  const lateMs = longestLifeMs(rates);
  const logged = rates.filter((rate) => rate.count <= longestLog);
  const longest = Math.max(0, ...logged.map((rate) => rate.count));
  const widest = Math.max(0, ...logged.map((rate) => rate.periodMs));
  // One let through before may start later than these: the later time is the safe one, and keeps the log in order.
  const at = Math.max(startBy, state.starts.at(-1) ?? startBy);
  const starts = longest === 0 ? [] : [...state.starts, ...Array<number>(count).fill(at)];
  const arrivals = rates
    .filter((rate) => rate.count > longestLog)
    .map((rate) => {
      const name = fromRate(rate);
      return [
        name,
        Math.max(state.arrivals[name] ?? now, now) + count * gcra(rate, lateMs).intervalMs,
      ] as const;
    });
  return {
    starts: starts.slice(-longest || starts.length).filter((start) => start > now - widest),
    arrivals: Object.fromEntries(arrivals),
  };
}

function permitsByLog(starts: number[], rate: Rate, now: number): Permits {
  const recent = starts.slice(-rate.count);
  const blocking = recent.length < rate.count ? undefined : recent[0];
  const nextAt = blocking === undefined ? now : Math.max(now, blocking + rate.periodMs);
  const inWindow = recent.filter((start) => start > now - rate.periodMs).length;
  return { free: rate.count - inWindow, nextAt };
}

/** A burst of a hundredth and the rest spread evenly: together at most `count` in any window and what it is late by. */
function gcra(rate: Rate, lateMs: number): { intervalMs: number; toleranceMs: number } {
  const burst = Math.floor(rate.count / 100);
  const intervalMs = (rate.periodMs + lateMs) / (rate.count - burst);
  return { intervalMs, toleranceMs: burst * intervalMs };
}

/** Sums of times since the epoch are exact to a ten-thousandth of a millisecond: less than this of any interval. */
const rounding = 1e-3;

function permitsByGcra(state: LimiterState, rate: Rate, lateMs: number, now: number): Permits {
  const { intervalMs, toleranceMs } = gcra(rate, lateMs);
  const arrival = Math.max(state.arrivals[fromRate(rate)] ?? now, now);
  const free = Math.max(0, Math.floor((now + toleranceMs - arrival) / intervalMs + rounding));
  return { free, nextAt: free > 0 ? now : Math.ceil(arrival + intervalMs - toleranceMs) };
}
