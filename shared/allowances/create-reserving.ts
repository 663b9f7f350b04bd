import type { AllowanceState } from "../api/allowances.ts";
import type { Accounts } from "./accounts.ts";
import { type Allowances, type Amount, type Needs, noReservation, type Reserved } from "./allowances.ts";
import type { Need } from "./grant.ts";
import type { Taken } from "./holding.ts";
import type { LimitBook } from "./limit-book.ts";
import { toRefusal } from "./refuse.ts";
import type { Slices } from "./slices.ts";
import type { StoreTime } from "./store-time.ts";
import { type Asked, keepLeast, takeTogether } from "./take-together.ts";

export type ReservingDeps = {
  limits: LimitBook;
  slices: Slices;
  accounts: Accounts;
  storeTime: StoreTime;
};

/** How a process reserves of allowances, and more for what is reserved. */
export function createReserving({
  limits,
  slices,
  accounts,
  storeTime,
}: ReservingDeps): Pick<Allowances, "reserve" | "extend"> {
  return {
    async reserve(subject, needs) {
      const asked = (await limits.of(subject)).flatMap((limit): Asked[] => {
        const amount = needs[limit.measure];
        if (amount === undefined) return [];
        return [{ slice: slices.of(limit), measure: limit.measure, need: toNeed(amount) }];
      });
      if (asked.length === 0) return noReservation;
      let { taken, refused } = await takeTogether(slices, asked);
      // What has just ended here may be all that is missing: it is accounted for before anybody is refused.
      if (refused.some(({ measure }) => measure !== "requests") && (await accounts.flush()))
        ({ taken, refused } = await takeTogether(slices, asked));
      const states = asked.flatMap(({ slice }) => slice.state() ?? []);
      if (refused.length > 0) throw toRefusal(refused.flatMap(toRefused), { states, now: storeTime.now() });
      return { createBy: toCreateBy(taken), ...keepLeast(slices, asked, taken), states };
    },
    async extend(held, more) {
      const asked = toExtended(held, more).map(({ allowance, measure, need }) => ({
        ...{ slice: slices.byId(allowance), measure, need },
      }));
      if (asked.length === 0) return { reserved: held, added: [], createBy: Number.POSITIVE_INFINITY };
      const { taken, refused } = await takeTogether(slices, asked);
      if (refused.length > 0) return undefined;
      const added = keepLeast(slices, asked, taken).reserved;
      return { reserved: merge([...held, ...added]), added, createBy: toCreateBy(taken) };
    },
  };
}

function toCreateBy(taken: Taken[]): number {
  return Math.min(...taken.map(({ createBy }) => createBy));
}

function toNeed(amount: Amount): Need {
  return typeof amount === "number" ? { least: amount, most: amount } : amount;
}

function toRefused({ slice, need }: Asked): { state: AllowanceState; asked: number }[] {
  const state = slice.state();
  return state ? [{ state, asked: need.least }] : [];
}

/** What is asked for of each allowance that the task holds. */
function toExtended(held: readonly Reserved[], more: Needs) {
  const byAllowance = new Map(held.map(({ allowance, measure }) => [allowance, measure]));
  return [...byAllowance].flatMap(([allowance, measure]) => {
    const need = toNeed(more[measure] ?? 0);
    return need.most > 0 ? [{ allowance, measure, need }] : [];
  });
}

/** One entry for each slice of each allowance. */
function merge(reserved: readonly Reserved[]): Reserved[] {
  const merged = new Map<string, Reserved>();
  for (const one of reserved) {
    const name = `${one.allowance} ${one.slice}`;
    const known = merged.get(name);
    merged.set(name, { ...one, amount: one.amount + (known?.amount ?? 0) });
  }
  return [...merged.values()];
}
