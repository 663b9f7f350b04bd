import type { AllowanceState } from "../api/allowances.ts";
import { toErrorField } from "../core/log.ts";
import { type Need, sliceLeaseMs } from "./grant.ts";
import { createHolding, createMs, type HoldingDeps, type Part, type Taken } from "./holding.ts";
import type { Target } from "./top-up.ts";

export type SliceDeps = Omit<HoldingDeps, "onHeld" | "onGone"> & {
  /** Told when the slice holds nothing and nobody waits for it. */
  onIdle: (target: Target) => void;
};

/** What one process holds of one allowance, and who waits for it. */
export type Slice = {
  readonly target: Target;
  /** Takes what is needed without asking anybody; `undefined` where there is not enough here. */
  takeNow(need: Need): Taken | undefined;
  /** Takes what is needed, asking the store where there is not enough here; `undefined` where it is refused. */
  take(need: Need): Promise<Taken | undefined>;
  giveBack(part: Part): void;
  /** It is not known whether somebody holds it: this slice is given up at the next opportunity, for the sweep to look into. */
  leave(part: Part): void;
  /** Something was accounted for: what was refused may be there again. */
  refresh(): void;
  /** Gives up what nobody was promised. Never rejects. */
  close(): Promise<void>;
  state(): AllowanceState | undefined;
};

/** How long a refusal is believed without asking again. */
const refusedMs = 500;

type Waiting = { need: Need; resolve: (taken: Taken | undefined) => void; reject: (error: unknown) => void };

/** One look at the store at a time: all who come meanwhile share the next. */
export function createSlice(deps: SliceDeps, target: Target): Slice {
  const { clock } = deps;
  let isBusy = false;
  let idle: Promise<void> = Promise.resolve();
  let waiting: Waiting[] = [];
  let refused = { left: 0, until: Number.NEGATIVE_INFINITY };
  let cancelTimer = () => {};
  const holding = createHolding({ ...deps, onHeld: startTimer, onGone: () => cancelTimer() }, target);

  function take(need: Need): Promise<Taken | undefined> {
    if (clock.elapsed() < refused.until && holding.free() + refused.left < need.least)
      return Promise.resolve(undefined);
    const { promise, resolve, reject } = Promise.withResolvers<Taken | undefined>();
    waiting.push({ need, resolve, reject });
    if (!isBusy) idle = serve();
    return promise;
  }

  /** One look at the document serves all who wait by then. */
  async function serve(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const served = waiting;
      waiting = [];
      try {
        const taken = await topUp(served.map(({ need }) => need));
        for (const [index, { resolve }] of served.entries()) resolve(taken[index]);
      } catch (error) {
        for (const { reject } of served) reject(error);
      }
    }
    isBusy = false;
  }

  async function topUp(needs: Need[]): Promise<(Taken | undefined)[]> {
    const { taken, left } = await holding.topUp(needs);
    if (left !== undefined) refused = { left, until: clock.elapsed() + refusedMs };
    return taken;
  }

  function startTimer(): void {
    cancelTimer();
    cancelTimer = clock.after(sliceLeaseMs - createMs, () => void close());
  }

  async function close(): Promise<void> {
    cancelTimer();
    while (isBusy) await idle;
    if (holding.isHeld()) {
      isBusy = true;
      idle = closeNow();
      await idle;
    }
    if (waiting.length === 0 && !holding.isHeld()) deps.onIdle(target);
  }

  async function closeNow(): Promise<void> {
    await holding.giveUp().catch(logLeft);
    isBusy = false;
    if (waiting.length > 0) idle = serve();
  }

  /** What a slice holds beyond its share, because much was given back, is not kept from others. */
  function returnExcess(): void {
    if (isBusy || !holding.hasExcess()) return;
    isBusy = true;
    idle = topUp([])
      .then(() => undefined, logLeft)
      .then(() => serve());
  }

  function logLeft(error: unknown): void {
    deps.log.warn("a slice of an allowance is left to the sweep", toErrorField(error));
  }

  return {
    target,
    takeNow: (need) => (isBusy ? undefined : holding.takeNow(need)),
    take,
    giveBack(part) {
      if (!holding.giveBack(part)) return;
      refused.until = Number.NEGATIVE_INFINITY;
      returnExcess();
    },
    leave: holding.leave,
    refresh() {
      refused.until = Number.NEGATIVE_INFINITY;
    },
    close,
    state: holding.state,
  };
}
