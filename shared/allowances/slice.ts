import type { AllowanceState } from "../api/allowances.ts";
import type { Ids } from "../core/ids.ts";
import { toErrorField } from "../core/log.ts";
import { type AllowanceDocument, toUnused } from "./allowance-document.ts";
import { type Granted, giveUp, grant, type Need, sliceLeaseMs, strandedPart } from "./grant.ts";
import { toState } from "./to-state.ts";
import { changeAllowance, type Decision, type Target, type TopUpDeps } from "./top-up.ts";

export type SliceDeps = TopUpDeps & {
  ids: Ids;
  /** Told when the slice holds nothing and nobody waits for it. */
  onIdle: (target: Target) => void;
};

/** A part of a slice. `slice` is absent where the allowance's document is gone: nothing has to be kept then. */
export type Part = { amount: number; slice?: string };

/** What was taken of a slice, and until when (elapsed) it may be put into a document. */
export type Taken = Part & { createBy: number };

/** What one process holds of one allowance. */
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

/** So long before the end of its lease nothing more is taken of a slice: what was taken must be in a document by then. */
const createMs = 15_000;
/** How long a refusal is believed without asking again. */
const refusedMs = 500;
/** A slice that is used up sooner than this asks for twice as much, later than that for half. */
const soonMs = 5_000;
const lateMs = 30_000;

type Waiting = { need: Need; resolve: (taken: Taken | undefined) => void; reject: (error: unknown) => void };

export function createSlice(deps: SliceDeps, target: Target): Slice {
  const { clock } = deps;
  let id: string | undefined;
  /** What was promised to nobody, and what was used for good and is not written. */
  let free = 0;
  let used = 0;
  let usableUntil = Number.NEGATIVE_INFINITY;
  /** The document as this process last saw it. */
  let known: AllowanceDocument | undefined;
  let isTainted = false;
  let isBusy = false;
  let idle: Promise<void> = Promise.resolve();
  let waiting: Waiting[] = [];
  let toppedUpAt = Number.NEGATIVE_INFINITY;
  let wanted = 0;
  let refused = { left: 0, until: Number.NEGATIVE_INFINITY };
  let cancelTimer = () => {};
  const isSpentAtOnce = () => known?.measure === "requests";

  function takeNow({ most }: Need): Taken | undefined {
    if (isBusy || id === undefined || clock.elapsed() + createMs >= usableUntil || free < most)
      return undefined;
    free -= most;
    if (isSpentAtOnce()) used += most;
    return { amount: most, slice: id, createBy: usableUntil };
  }

  function take(need: Need): Promise<Taken | undefined> {
    if (clock.elapsed() < refused.until && free + refused.left < need.least)
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
    if (needs.length > 0) adjustWanted(needs);
    const mark = deps.ids.newId("grant");
    const told = { free, used };
    const changed = await change((document, now) => decideGrant(document, { ...told, needs, now, mark }));
    if (!changed) return needs.map(({ most }) => ({ amount: most, createBy: Number.POSITIVE_INFINITY }));
    const { got, left } = changed.result;
    if (changed.isUnchanged) {
      if (got.includes(undefined)) refused = { left, until: clock.elapsed() + refusedMs };
      return got.map(() => undefined);
    }
    const slice = changed.slice;
    // What was given back meanwhile is still here.
    const back = id === slice ? free - told.free : 0;
    const usedBack = id === slice ? used - told.used : 0;
    [id, free, used, isTainted] = [slice, changed.result.free + back, usedBack, false];
    usableUntil = changed.usableUntil(known?.slices[slice]?.until);
    toppedUpAt = clock.elapsed();
    startTimer();
    const isRefused = got.includes(undefined);
    if (isRefused) refused = { left, until: clock.elapsed() + refusedMs };
    return got.map((amount) => {
      if (amount === undefined) return undefined;
      if (isSpentAtOnce()) used += amount;
      return { amount, slice, createBy: usableUntil };
    });
  }

  /** A slice that the document no longer knows is over, with all it held; so is one that may have lost something. */
  function decideGrant(
    document: AllowanceDocument,
    { free, used, ...asked }: { free: number; used: number; needs: Need[]; now: number; mark: string },
  ): Decision<Granted> & { slice: string } {
    // What accounting took from a slice that is gone is no slice.
    const own = id !== undefined && document.slices[id]?.until ? id : undefined;
    const isNew = own === undefined || isTainted;
    const slice = isNew ? deps.ids.newId("slice") : own;
    const mine = own === undefined ? { free: 0, used: 0 } : { free, used };
    const follows = isNew && own !== undefined ? { follows: own } : {};
    const size = Math.max(wanted, Math.floor((document.limit * strandedPart) / 64));
    const result = grant(document, { ...asked, ...mine, ...follows, slice, wanted: size });
    const isRefused = result.got.includes(undefined);
    return {
      ...{ document: result.document, result, isRefused, slice, mark: asked.mark },
      isUnchanged: result.isUnchanged,
    };
  }

  /** Changes the document; where it is not known whether it was changed, the slice is left to the sweep. */
  async function change<T>(decide: (document: AllowanceDocument, now: number) => Decision<T>) {
    let slice: string | undefined;
    try {
      const changed = await changeAllowance(deps, target, (document, now) => {
        const decision = decide(document, now);
        slice = decision.slice;
        return decision;
      });
      known = changed?.document;
      return changed && { ...changed, slice: slice ?? "" };
    } catch (error) {
      // Before anything was decided, nothing can have been written.
      if (slice !== undefined) abandon();
      throw error;
    }
  }

  function abandon(): void {
    [id, free, used, isTainted] = [undefined, 0, 0, false];
    usableUntil = Number.NEGATIVE_INFINITY;
    cancelTimer();
  }

  /** Small at first, so that many may start at once; grows while it is used up soon. */
  function adjustWanted(needs: Need[]): void {
    const sinceMs = clock.elapsed() - toppedUpAt;
    const mostWanted = Math.floor(((known?.limit ?? 0) * strandedPart) / 2);
    const needed = needs.reduce((sum, { most }) => sum + most, 0);
    if (sinceMs < soonMs) wanted = Math.min(mostWanted, Math.max(wanted, needed) * 2);
    else if (sinceMs > lateMs) wanted = Math.floor(wanted / 2);
  }

  function startTimer(): void {
    cancelTimer();
    cancelTimer = clock.after(sliceLeaseMs - createMs, () => void close());
  }

  async function close(): Promise<void> {
    cancelTimer();
    while (isBusy) await idle;
    if (id !== undefined) {
      isBusy = true;
      idle = closeNow();
      await idle;
    }
    if (waiting.length === 0 && id === undefined) deps.onIdle(target);
  }

  async function closeNow(): Promise<void> {
    const [slice = "", told] = [id, { free, used }];
    const mark = deps.ids.newId("grant");
    try {
      const changed = await change((document, now) => {
        const after = giveUp(document, { slice, mark, ...told, now });
        const isUnchanged =
          after === document || (told.free === 0 && told.used === 0 && slice in after.slices);
        return { document: after, result: undefined, isUnchanged, isRefused: false, slice, mark };
      });
      [free, used] = [free - told.free, used - told.used];
      usableUntil = Number.NEGATIVE_INFINITY;
      if (!changed?.document.slices[slice]) abandon();
    } catch (error) {
      deps.log.warn("a slice of an allowance is left to the sweep", toErrorField(error));
    }
    isBusy = false;
    if (waiting.length > 0) idle = serve();
  }

  return {
    target,
    takeNow,
    take,
    giveBack({ amount, slice }) {
      if (slice === undefined || slice !== id) return;
      free += amount;
      if (isSpentAtOnce()) used -= amount;
      refused.until = Number.NEGATIVE_INFINITY;
      returnExcess();
    },
    leave({ slice }) {
      if (slice !== undefined && slice === id && !isSpentAtOnce()) isTainted = true;
    },
    refresh() {
      refused.until = Number.NEGATIVE_INFINITY;
    },
    close,
    state: () => {
      const { allowance, limit } = target;
      const seen = known ?? (allowance && limit && toUnused(allowance, limit.count, limit.version));
      return seen && toState(seen, { promised: toPromised(), used });
    },
  };

  /** What a slice holds beyond its share, because much was given back, is not kept from others. */
  function returnExcess(): void {
    if (isBusy || free <= Math.max(wanted, (known?.limit ?? 0) * strandedPart)) return;
    isBusy = true;
    idle = topUp([])
      .catch((error) => deps.log.warn("a slice of an allowance is left to the sweep", toErrorField(error)))
      .then(() => serve());
  }

  /** What was promised since the document was written. */
  function toPromised(): number {
    const written = id === undefined ? 0 : (known?.slices[id]?.free ?? 0);
    return Math.max(0, written - free);
  }
}
