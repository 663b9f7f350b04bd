import type { AllowanceState } from "../api/allowances.ts";
import type { Ids } from "../core/ids.ts";
import { type AllowanceDocument, toUnused } from "./allowance-document.ts";
import { type Granted, giveUp, grant, type Need, strandedPart } from "./grant.ts";
import { toState } from "./to-state.ts";
import { changeAllowance, type Decision, type Target, type TopUpDeps } from "./top-up.ts";

export type HoldingDeps = TopUpDeps & {
  ids: Ids;
  /** Told when its lease begins anew, and when it is given up. */
  onHeld: () => void;
  onGone: () => void;
};

/** A part of a slice. `slice` is absent where the allowance's document is gone: nothing has to be kept then. */
export type Part = { amount: number; slice?: string };

/** What was taken of a slice, and until when (elapsed) it may be put into a document. */
export type Taken = Part & { createBy: number };

/** What a top-up gave to each need, in order. `left` where one got nothing: what nobody has. */
export type ToppedUp = { taken: (Taken | undefined)[]; left?: number };

/** What a slice holds, and how the document is told of it. Of `topUp` and `giveUp` only one may be under way. */
export type Holding = {
  isHeld(): boolean;
  free(): number;
  /** It has more free than its share, because much was given back. */
  hasExcess(): boolean;
  takeNow(need: Need): Taken | undefined;
  topUp(needs: Need[]): Promise<ToppedUp>;
  /** Gives up what nobody was promised. */
  giveUp(): Promise<void>;
  /** Whether it was of this slice. */
  giveBack(part: Part): boolean;
  /** A part may exist or not: the slice is followed by another at the next opportunity. */
  leave(part: Part): void;
  state(): AllowanceState | undefined;
};

/** So long before the end of its lease nothing more is taken of a slice: what was taken must be in a document by then. */
export const createMs = 15_000;
/** A slice that is used up sooner than this asks for twice as much, later than that for half. */
const soonMs = 5_000;
const lateMs = 30_000;

export function createHolding(deps: HoldingDeps, target: Target): Holding {
  const { clock } = deps;
  let id: string | undefined;
  /** What was promised to nobody, and what was used for good and is not written. */
  let free = 0;
  let used = 0;
  let usableUntil = Number.NEGATIVE_INFINITY;
  /** The document as this process last saw it. */
  let known: AllowanceDocument | undefined;
  let isTainted = false;
  let toppedUpAt = Number.NEGATIVE_INFINITY;
  let wanted = 0;
  const isSpentAtOnce = () => known?.measure === "requests";

  async function topUp(needs: Need[]): Promise<ToppedUp> {
    if (needs.length > 0) adjustWanted(needs);
    const mark = deps.ids.newId("grant");
    const told = { free, used };
    const changed = await change((document, now) => decideGrant(document, { ...told, needs, now, mark }));
    if (!changed)
      return { taken: needs.map(({ most }) => ({ amount: most, createBy: Number.POSITIVE_INFINITY })) };
    const { got, left } = changed.result;
    const refused = got.includes(undefined) ? { left } : {};
    if (changed.isUnchanged) return { taken: got.map(() => undefined), ...refused };
    const slice = changed.slice;
    // What was given back meanwhile is still here.
    const back = id === slice ? free - told.free : 0;
    const usedBack = id === slice ? used - told.used : 0;
    [id, free, used, isTainted] = [slice, changed.result.free + back, usedBack, false];
    usableUntil = changed.usableUntil(known?.slices[slice]?.until);
    toppedUpAt = clock.elapsed();
    deps.onHeld();
    return {
      taken: got.map((amount) => (amount === undefined ? undefined : toTaken(amount, slice))),
      ...refused,
    };
  }

  function toTaken(amount: number, slice: string): Taken {
    if (isSpentAtOnce()) used += amount;
    return { amount, slice, createBy: usableUntil };
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

  async function giveUpFree(): Promise<void> {
    const [slice = "", told] = [id, { free, used }];
    const mark = deps.ids.newId("grant");
    const changed = await change((document, now) => {
      const after = giveUp(document, { slice, mark, ...told, now });
      const isUnchanged = after === document || (told.free === 0 && told.used === 0 && slice in after.slices);
      return { document: after, result: undefined, isUnchanged, isRefused: false, slice, mark };
    });
    [free, used] = [free - told.free, used - told.used];
    usableUntil = Number.NEGATIVE_INFINITY;
    if (!changed?.document.slices[slice]) abandon();
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
    deps.onGone();
  }

  /** Small at first, so that many may start at once; grows while it is used up soon. */
  function adjustWanted(needs: Need[]): void {
    const sinceMs = clock.elapsed() - toppedUpAt;
    const mostWanted = Math.floor(((known?.limit ?? 0) * strandedPart) / 2);
    const needed = needs.reduce((sum, { most }) => sum + most, 0);
    if (sinceMs < soonMs) wanted = Math.min(mostWanted, Math.max(wanted, needed) * 2);
    else if (sinceMs > lateMs) wanted = Math.floor(wanted / 2);
  }

  /** What was promised since the document was written. */
  function toPromised(): number {
    const written = id === undefined ? 0 : (known?.slices[id]?.free ?? 0);
    return Math.max(0, written - free);
  }

  return {
    isHeld: () => id !== undefined,
    free: () => free,
    hasExcess: () => free > Math.max(wanted, (known?.limit ?? 0) * strandedPart),
    takeNow({ most }) {
      if (id === undefined || clock.elapsed() + createMs >= usableUntil || free < most) return undefined;
      free -= most;
      return toTaken(most, id);
    },
    topUp,
    giveUp: giveUpFree,
    giveBack({ amount, slice }) {
      if (slice === undefined || slice !== id) return false;
      free += amount;
      if (isSpentAtOnce()) used -= amount;
      return true;
    },
    leave({ slice }) {
      if (slice !== undefined && slice === id && !isSpentAtOnce()) isTainted = true;
    },
    state() {
      const { allowance, limit } = target;
      const seen = known ?? (allowance && limit && toUnused(allowance, limit.count, limit.version));
      return seen && toState(seen, { promised: toPromised(), used });
    },
  };
}
